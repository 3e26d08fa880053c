-- case: unique constraints are added, one over two columns, one deferrable
-- expect: lossless
-- says: jobs_once
-- check: SELECT count(*) = 0 FROM pg_constraint WHERE conname IN ('jobs_once', 'users_phone_name_key')
-- up:
ALTER TABLE jobs ADD CONSTRAINT jobs_once UNIQUE (id, kind) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE users ADD CONSTRAINT users_phone_name_key UNIQUE NULLS NOT DISTINCT (phone, name);
-- after:
INSERT INTO jobs (kind) VALUES ('new'), ('new');
UPDATE users SET phone = '911' WHERE id = 'u4';
