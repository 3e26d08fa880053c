-- case: columns move to a table of their own; both are written since
-- expect: lossy
-- says: public.profiles
-- says: public.users.phone
-- check: SELECT phone = '+1 780 555 0003' AND birth_year = 1953 FROM users WHERE id = 'u3'
-- check: SELECT phone = '911' FROM safety_lost."public.profiles 20260101_000000" WHERE user_id = 'u3'
-- check: SELECT phone IS NULL FROM users WHERE id = 'n1'
-- up:
CREATE TABLE profiles (user_id TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE, phone TEXT, birth_year INTEGER);
INSERT INTO profiles SELECT id, phone, birth_year FROM users;
ALTER TABLE users DROP COLUMN phone, DROP COLUMN birth_year;
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
INSERT INTO profiles VALUES ('n1', '112', 2000);
UPDATE profiles SET phone = '911' WHERE user_id = 'u3';
DELETE FROM users WHERE id = 'u5';
