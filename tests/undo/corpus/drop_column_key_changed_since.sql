-- case: a table lost a column, and rows got other keys since: what they had is not known any more
-- expect: lossless
-- check: SELECT payload = '{}' FROM jobs WHERE id = 1005
-- check: SELECT count(*) = 0 FROM jobs WHERE id = 5
-- up:
ALTER TABLE jobs DROP COLUMN payload;
-- after:
SELECT setval('jobs_id_seq', 2000);
UPDATE jobs SET id = id + 1000 WHERE id IN (5, 6);
