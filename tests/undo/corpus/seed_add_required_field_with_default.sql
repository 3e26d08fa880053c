-- case: a required field with a default is added, and set since
-- expect: lossy
-- says: public.users.is_verified
-- check: SELECT count(*) >= 3 AND count(*) FILTER (WHERE is_verified) = 3 FROM safety_lost."public.users.is_verified 20260101_000000"
-- check: SELECT name = 'Changed' FROM users WHERE id = 'u9'
-- up:
ALTER TABLE "users" ADD COLUMN "is_verified" BOOLEAN NOT NULL DEFAULT false;
-- after:
UPDATE users SET is_verified = true WHERE id IN ('u1', 'u2');
INSERT INTO users (id, email, is_verified) VALUES ('n1', 'n1@example.org', true), ('n2', 'n2@example.org', false);
UPDATE users SET name = 'Changed' WHERE id = 'u9';
DELETE FROM users WHERE id = 'u77';
INSERT INTO orders (id, user_id, total) VALUES ('on1', 'n1', 12.5);
