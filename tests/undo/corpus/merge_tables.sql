-- case: a table's columns move into another and the table is dropped
-- expect: lossy
-- says: public.jobs
-- check: SELECT count(*) = 200 FROM jobs WHERE id <= 200
-- check: SELECT path = '/media/4.mp4' AND title = 'x' FROM videos WHERE id = 4
-- check: SELECT count(*) FILTER (WHERE job_state = 'failed') = 1 FROM safety_lost."public.videos.job_state 20260101_000000"
-- before:
DELETE FROM jobs WHERE id > 200;
-- up:
ALTER TABLE videos ADD COLUMN job_state TEXT;
UPDATE videos SET job_state = jobs.state FROM jobs WHERE jobs.video_id = videos.id;
DROP TABLE jobs;
-- after:
UPDATE videos SET job_state = 'failed' WHERE id = 3;
UPDATE videos SET title = 'x' WHERE id = 4;
INSERT INTO videos (path, duration_seconds) VALUES ('/media/new.mp4', 5);
