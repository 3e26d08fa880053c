-- case: rows deleted since from a table that lost a column are wanted back
-- expect: lossless
-- restore-rows: public.jobs
-- check: SELECT count(*) = 251 FROM jobs
-- check: SELECT state = 'queued' AND payload = '{"n": 5}' FROM jobs WHERE id = 5
-- check: SELECT payload = '{}' AND state = 'queued' FROM jobs WHERE kind = 'new'
-- check: SELECT state = 'failed' AND payload = '{"n": 9}' FROM jobs WHERE id = 9
-- up:
ALTER TABLE jobs DROP COLUMN payload;
-- after:
DELETE FROM jobs WHERE id BETWEEN 1 AND 8;
UPDATE jobs SET state = 'failed' WHERE id = 9;
INSERT INTO jobs (kind) VALUES ('new');
