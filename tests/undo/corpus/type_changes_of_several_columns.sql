-- case: several columns of one table get other types, one is dropped, one is added
-- expect: lossy
-- says: public.videos.frames
-- check: SELECT path = '/media/3.mp4' AND title = 'x' AND codec = 'h264' AND duration_seconds = 30 AND meta = '{"fps": 27}' FROM videos WHERE id = 3
-- check: SELECT count(*) FILTER (WHERE frames = 9) = 1 FROM safety_lost."public.videos.frames 20260101_000000"
-- up:
CREATE TYPE codec AS ENUM ('h264', 'av1');
DROP INDEX videos_codec_idx;
ALTER TABLE videos ALTER COLUMN codec DROP DEFAULT;
ALTER TABLE videos ALTER COLUMN codec TYPE codec USING codec::codec, ALTER COLUMN duration_seconds TYPE NUMERIC(12,3), ALTER COLUMN title TYPE VARCHAR(255), DROP COLUMN meta, ADD COLUMN frames INTEGER;
-- after:
UPDATE videos SET title = 'x', frames = 9 WHERE id = 3;
INSERT INTO videos (path, codec, duration_seconds) VALUES ('/media/new.mp4', 'av1', 5);
DELETE FROM videos WHERE id = 4;
