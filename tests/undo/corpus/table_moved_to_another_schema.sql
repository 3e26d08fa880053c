-- case: a table moves to a new schema, is written there
-- expect: lossless
-- not-in-archive-mode: a moved table is told from a dropped and an added one by its oid only
-- says: archive.jobs
-- check: SELECT count(*) = 250 FROM public.jobs
-- check: SELECT state = 'failed' FROM public.jobs WHERE id = 4
-- check: SELECT id = 251 FROM public.jobs WHERE kind = 'new'
-- up:
CREATE SCHEMA archive;
ALTER TABLE jobs SET SCHEMA archive;
-- after:
INSERT INTO archive.jobs (kind) VALUES ('new');
UPDATE archive.jobs SET state = 'failed' WHERE id = 4;
DELETE FROM archive.jobs WHERE id = 5;
