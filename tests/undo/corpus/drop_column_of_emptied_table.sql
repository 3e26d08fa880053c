-- case: a table lost a column, and was emptied since
-- expect: lossless
-- check: SELECT count(*) = 1 FROM jobs
-- up:
ALTER TABLE jobs DROP COLUMN payload;
-- after:
TRUNCATE jobs;
INSERT INTO jobs (kind) VALUES ('only one');
