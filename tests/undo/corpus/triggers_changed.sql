-- case: triggers are added, dropped, disabled and get other events
-- expect: lossless
-- says: users_audit
-- check: SELECT tgenabled = 'O' FROM pg_trigger WHERE tgname = 'users_audit'
-- check: SELECT count(*) = 0 FROM pg_trigger WHERE tgname = 'videos_audit'
-- check: SELECT pg_get_triggerdef(oid) LIKE '%AFTER INSERT OR DELETE OR UPDATE%' FROM pg_trigger WHERE tgname = 'orders_audit'
-- up:
ALTER TABLE users DISABLE TRIGGER users_audit;
DROP TRIGGER orders_updated_at ON orders;
CREATE OR REPLACE TRIGGER orders_audit AFTER DELETE ON orders FOR EACH ROW EXECUTE FUNCTION note_change();
CREATE TRIGGER addresses_audit AFTER UPDATE ON addresses REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION set_updated_at();
DROP TRIGGER addresses_audit ON addresses;
CREATE TRIGGER videos_audit AFTER UPDATE OF title ON videos FOR EACH ROW WHEN (OLD.title IS DISTINCT FROM NEW.title) EXECUTE FUNCTION note_change();
CREATE CONSTRAINT TRIGGER addresses_later AFTER INSERT OR UPDATE ON addresses DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_change();
-- after:
UPDATE users SET name = 'not audited' WHERE id = 'u3';
UPDATE orders SET note = 'x' WHERE id = 'o3';
DELETE FROM orders WHERE id = 'o4';
INSERT INTO addresses (id, user_id, line1) VALUES ('new1', 'u1', 'x');
