-- case: a column gets another collation
-- expect: lossless
-- check: SELECT collname = 'default' FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation WHERE attrelid = 'categories'::regclass AND attname = 'title'
-- up:
ALTER TABLE categories ALTER COLUMN title TYPE TEXT COLLATE "C";
-- after:
UPDATE categories SET title = 'x' WHERE id = 3;
INSERT INTO categories (slug, title) VALUES ('new', 'New');
