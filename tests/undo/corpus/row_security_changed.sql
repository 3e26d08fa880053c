-- case: row security is switched on here and off there, policies are added, changed and dropped
-- expect: lossless
-- says: public.orders
-- check: SELECT NOT relrowsecurity FROM pg_class WHERE oid = 'orders'::regclass
-- check: SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = 'users'::regclass
-- check: SELECT count(*) = 1 FROM pg_policies WHERE policyname = 'own' AND qual = '(id = CURRENT_USER)' AND cmd = 'SELECT'
-- before:
ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON users FOR SELECT USING (id = current_user);
CREATE POLICY old_one ON users AS RESTRICTIVE USING (is_active);
-- up:
ALTER TABLE users NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
ALTER POLICY own ON users USING (email = current_user);
DROP POLICY old_one ON users;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON orders USING (user_id = current_user) WITH CHECK (total > 0);
-- after:
INSERT INTO orders (id, user_id, total) VALUES ('new1', 'u1', 3);
UPDATE users SET name = 'x' WHERE id = 'u3';
