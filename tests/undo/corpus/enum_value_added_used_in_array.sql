-- case: an enum gets a value that an array has since
-- expect: impossible
-- says: public.members.roles
-- before:
CREATE TABLE members (id SERIAL PRIMARY KEY, roles user_role[] NOT NULL DEFAULT '{}');
INSERT INTO members (roles) SELECT ARRAY['STAFF', 'ADMIN']::user_role[] FROM generate_series(1, 30);
-- up:
ALTER TYPE user_role ADD VALUE 'OWNER';
-- after:
UPDATE members SET roles = '{STAFF,OWNER}' WHERE id = 3;
