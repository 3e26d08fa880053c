-- case: the first column of a table is dropped
-- expect: lossless
-- says: public.badges.colour
-- check: SELECT colour = 'c3' FROM badges WHERE id = 3
-- check: SELECT colour IS NULL AND label = 'new' FROM badges WHERE id = 61
-- check: SELECT string_agg(attname, ',' ORDER BY attnum) = 'colour,id,label' FROM pg_attribute WHERE attrelid = 'badges'::regclass AND attnum > 0 AND NOT attisdropped
-- before:
CREATE TABLE badges (colour TEXT, id SERIAL PRIMARY KEY, label TEXT);
INSERT INTO badges (colour, label) SELECT 'c' || g, 'l' || g FROM generate_series(1, 60) g;
-- up:
ALTER TABLE badges DROP COLUMN colour;
-- after:
INSERT INTO badges (label) VALUES ('new');
UPDATE badges SET label = 'renamed' WHERE id = 5;
DELETE FROM badges WHERE id = 6;
