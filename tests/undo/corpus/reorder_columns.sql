-- case: a column moves to the end: added anew, copied, dropped, renamed; written since
-- expect: lossless
-- check: SELECT title = 'x' FROM videos WHERE id = 3
-- check: SELECT string_agg(attname, ',' ORDER BY attnum) = 'id,path,title,codec,duration_seconds,meta' FROM pg_attribute WHERE attrelid = 'videos'::regclass AND attnum > 0 AND NOT attisdropped
-- up:
ALTER TABLE videos ADD COLUMN title_new TEXT;
UPDATE videos SET title_new = title;
ALTER TABLE videos DROP COLUMN title;
ALTER TABLE videos RENAME COLUMN title_new TO title;
-- after:
UPDATE videos SET title = 'x' WHERE id = 3;
INSERT INTO videos (path, title, duration_seconds) VALUES ('/media/new.mp4', 'New', 5);
DELETE FROM videos WHERE id = 4;
