-- case: an integer becomes a bigint, and values were written since that no integer holds
-- expect: impossible
-- says: public.videos.duration_seconds
-- up:
ALTER TABLE videos ALTER COLUMN duration_seconds TYPE BIGINT;
-- after:
UPDATE videos SET duration_seconds = 3000000000 WHERE id = 5;
INSERT INTO videos (path, duration_seconds) VALUES ('/media/new.mp4', 4000000000);
