-- case: a column goes with the row security policy on it
-- expect: lossless
-- check: SELECT count(*) = 2 FROM pg_policy WHERE polrelid = 'orders'::regclass
-- check: SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = 'orders'::regclass
-- check: SELECT note = 'note 6' FROM orders WHERE id = 'o6'
-- before:
ALTER TABLE orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY noted ON orders AS RESTRICTIVE FOR SELECT TO PUBLIC USING (note IS NOT NULL);
CREATE POLICY paid ON orders FOR ALL TO PUBLIC USING (status = 'PAID') WITH CHECK (total > 0);
-- up:
ALTER TABLE orders DROP COLUMN note CASCADE;
-- after:
INSERT INTO orders (id, user_id, total) VALUES ('new1', 'u1', 3);
UPDATE orders SET total = 100 WHERE id = 'o6';
DELETE FROM orders WHERE id = 'o7';
