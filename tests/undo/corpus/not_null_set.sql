-- case: fields become required
-- expect: lossless
-- says: public.jobs.video_id
-- check: SELECT NOT attnotnull FROM pg_attribute WHERE attrelid = 'jobs'::regclass AND attname = 'video_id'
-- up:
ALTER TABLE jobs ALTER COLUMN video_id SET NOT NULL;
ALTER TABLE videos ALTER COLUMN meta SET NOT NULL, ALTER COLUMN title SET NOT NULL;
-- after:
INSERT INTO jobs (video_id, kind) VALUES (4, 'new');
UPDATE videos SET title = 'x' WHERE id = 4;
DELETE FROM jobs WHERE id = 5;
