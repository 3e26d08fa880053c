-- case: an enum gets a value that becomes a default, and no row has it
-- expect: lossless
-- check: SELECT column_default = '''CUSTOMER''::user_role' FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'role'
-- up:
ALTER TYPE user_role ADD VALUE 'GUEST' BEFORE 'CUSTOMER';
ALTER TABLE users ALTER COLUMN role SET DEFAULT 'GUEST';
-- after:
INSERT INTO users (id, email, role) VALUES ('n1', 'n1@example.org', 'STAFF');
UPDATE users SET name = 'x' WHERE id = 'u3';
