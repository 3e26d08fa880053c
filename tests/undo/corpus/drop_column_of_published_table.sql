-- case: a table that is published, with its columns and rows chosen, loses a column
-- expect: lossless
-- check: SELECT count(*) = 2 FROM pg_publication_tables WHERE tablename = 'videos'
-- check: SELECT meta = '{"fps": 29}' FROM videos WHERE id = 5
-- before:
CREATE PUBLICATION media_out FOR TABLE videos (id, path, title) WHERE (id > 5), jobs;
CREATE PUBLICATION all_out FOR TABLES IN SCHEMA public;
-- up:
ALTER TABLE videos DROP COLUMN meta;
-- after:
INSERT INTO videos (path, duration_seconds) VALUES ('/media/new.mp4', 5);
DELETE FROM videos WHERE id = 6;
