-- case: an integer becomes a bigint, and its values still fit
-- expect: lossless
-- says: public.videos.duration_seconds
-- check: SELECT duration_seconds = 77 FROM videos WHERE id = 5
-- check: SELECT duration_seconds = 88 FROM videos WHERE path = '/media/new.mp4'
-- up:
ALTER TABLE videos ALTER COLUMN duration_seconds TYPE BIGINT;
-- after:
UPDATE videos SET duration_seconds = 77 WHERE id = 5;
UPDATE videos SET title = 'x' WHERE id = 6;
INSERT INTO videos (path, duration_seconds) VALUES ('/media/new.mp4', 88);
DELETE FROM videos WHERE id = 7;
