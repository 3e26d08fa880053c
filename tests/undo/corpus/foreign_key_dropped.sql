-- case: a foreign key is dropped, and everything still points somewhere
-- expect: lossless
-- says: reviews_product_id_fkey
-- check: SELECT confdeltype = 'c' AND convalidated FROM pg_constraint WHERE conname = 'reviews_product_id_fkey'
-- up:
ALTER TABLE reviews DROP CONSTRAINT reviews_product_id_fkey;
-- after:
INSERT INTO reviews (product_id, stars) VALUES (4, 5);
DELETE FROM reviews WHERE product_id = 240;
DELETE FROM products WHERE id = 240;
