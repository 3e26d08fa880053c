-- case: a column goes with its partial index over two columns and its default
-- expect: lossless
-- says: public.videos.codec
-- check: SELECT codec = 'av1' FROM videos WHERE id = 2
-- check: SELECT EXISTS (SELECT FROM pg_indexes WHERE indexname = 'videos_codec_idx')
-- up:
ALTER TABLE videos DROP COLUMN codec;
-- after:
INSERT INTO videos (path, duration_seconds) VALUES ('/media/new.mp4', 5);
UPDATE videos SET title = 'New title' WHERE id = 2;
DELETE FROM videos WHERE id = 3;
