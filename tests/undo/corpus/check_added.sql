-- case: check constraints are added, one of them not validated
-- expect: lossless
-- says: videos_duration_check
-- check: SELECT count(*) = 0 FROM pg_constraint WHERE conname IN ('videos_duration_check', 'users_birth_check')
-- up:
ALTER TABLE videos ADD CONSTRAINT videos_duration_check CHECK (duration_seconds > 0);
ALTER TABLE users ADD CONSTRAINT users_birth_check CHECK (birth_year > 1900) NOT VALID;
-- after:
UPDATE videos SET duration_seconds = 7 WHERE id = 3;
INSERT INTO users (id, email, birth_year) VALUES ('n1', 'n1@example.org', 2000);
