-- case: a key and the foreign key to it become bigints, with the sequence
-- expect: lossless
-- says: public.videos.id
-- says: public.jobs.video_id
-- check: SELECT video_id = 201 FROM jobs WHERE kind = 'new'
-- check: SELECT seqtypid = 'integer'::regtype FROM pg_sequence WHERE seqrelid = 'videos_id_seq'::regclass
-- up:
ALTER TABLE videos ALTER COLUMN id TYPE BIGINT;
ALTER SEQUENCE videos_id_seq AS BIGINT;
ALTER TABLE jobs ALTER COLUMN video_id TYPE BIGINT;
ALTER TABLE jobs ALTER COLUMN id TYPE BIGINT;
-- after:
INSERT INTO videos (path, duration_seconds) VALUES ('/media/new.mp4', 88);
INSERT INTO jobs (video_id, kind) VALUES (201, 'new');
UPDATE jobs SET state = 'failed' WHERE id = 4;
DELETE FROM videos WHERE id = 9;
