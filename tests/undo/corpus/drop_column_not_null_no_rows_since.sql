-- case: a required column without a default is dropped, and rows were only updated and deleted since
-- expect: lossless
-- says: public.videos.duration_seconds
-- check: SELECT duration_seconds = 50 AND title = 'x' FROM videos WHERE id = 5
-- up:
ALTER TABLE videos DROP COLUMN duration_seconds;
-- after:
UPDATE videos SET title = 'x' WHERE id = 5;
DELETE FROM videos WHERE id = 7;
INSERT INTO settings VALUES ('new', 'row');
