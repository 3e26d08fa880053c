-- case: a table with foreign keys to others is dropped, and nothing that it named is gone since
-- expect: lossless
-- says: public.reviews
-- check: SELECT count(*) = 300 FROM reviews
-- check: SELECT count(*) = 2 FROM pg_constraint WHERE conrelid = 'reviews'::regclass AND contype = 'f' AND convalidated
-- up:
DROP TABLE reviews;
-- after:
UPDATE products SET title = 'x' WHERE id = 5;
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
