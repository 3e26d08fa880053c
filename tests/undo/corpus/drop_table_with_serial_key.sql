-- case: a table with a serial key is dropped: its sequence goes on where it was
-- expect: lossless
-- says: public.jobs
-- check: SELECT last_value = 250 AND is_called FROM jobs_id_seq
-- check: SELECT pg_get_serial_sequence('jobs', 'id') = 'public.jobs_id_seq'
-- up:
DROP TABLE jobs;
-- after:
INSERT INTO videos (path, duration_seconds) VALUES ('/media/new.mp4', 5);
