-- case: a plain column is replaced by a generated one of the same name
-- expect: lossless
-- says: public.videos.title
-- check: SELECT title = 'Video 3' FROM videos WHERE id = 3
-- up:
ALTER TABLE videos DROP COLUMN title;
ALTER TABLE videos ADD COLUMN title TEXT GENERATED ALWAYS AS (upper(path)) STORED;
-- after:
UPDATE videos SET codec = 'x' WHERE id = 3;
DELETE FROM videos WHERE id = 4;
