-- case: a column moves to the end with its values, and one was emptied since: it stays empty
-- expect: lossless
-- check: SELECT title IS NULL AND codec IS NULL FROM videos WHERE id = 3
-- check: SELECT title = 'Video 4' FROM videos WHERE id = 4
-- up:
ALTER TABLE videos ADD COLUMN title_new TEXT;
UPDATE videos SET title_new = title;
ALTER TABLE videos DROP COLUMN title;
ALTER TABLE videos RENAME COLUMN title_new TO title;
-- after:
UPDATE videos SET title = NULL, codec = NULL WHERE id = 3;
UPDATE videos SET meta = '{}' WHERE id = 4;
