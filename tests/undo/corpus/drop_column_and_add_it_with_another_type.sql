-- case: a column is dropped and one of the same name, empty and of another type, added
-- expect: lossless
-- check: SELECT meta = '{"fps": 29}' FROM videos WHERE id = 5
-- check: SELECT meta IS NULL FROM videos WHERE path = '/media/new.mp4'
-- up:
ALTER TABLE videos DROP COLUMN meta;
ALTER TABLE videos ADD COLUMN meta TEXT;
-- after:
INSERT INTO videos (path, duration_seconds) VALUES ('/media/new.mp4', 5);
UPDATE videos SET title = 'x' WHERE id = 5;
DELETE FROM videos WHERE id = 6;
