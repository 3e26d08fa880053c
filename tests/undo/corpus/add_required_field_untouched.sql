-- case: a required field with a default is added, and every row has the default
-- expect: lossless
-- says: public.users.is_verified
-- up:
ALTER TABLE "users" ADD COLUMN "is_verified" BOOLEAN NOT NULL DEFAULT false;
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
UPDATE users SET name = 'x' WHERE id = 'u9';
