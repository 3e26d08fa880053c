-- case: two columns swap their names
-- expect: lossless
-- not-in-archive-mode: columns that swapped names are told by their numbers only
-- check: SELECT path = '/media/3.mp4' AND title = 'new title' FROM videos WHERE id = 3
-- check: SELECT path = '/media/new.mp4' AND title = 'New' FROM videos WHERE id = 201
-- before:
UPDATE videos SET title = path || ' title' WHERE title IS NULL;
ALTER TABLE videos ALTER COLUMN title SET NOT NULL;
-- up:
ALTER TABLE videos RENAME COLUMN path TO path_old;
ALTER TABLE videos RENAME COLUMN title TO path;
ALTER TABLE videos RENAME COLUMN path_old TO title;
-- after:
UPDATE videos SET path = 'new title' WHERE id = 3;
INSERT INTO videos (title, path, duration_seconds) VALUES ('/media/new.mp4', 'New', 5);
