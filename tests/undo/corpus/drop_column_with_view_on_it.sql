-- case: a column is dropped with the views on it
-- expect: lossless
-- says: public.products.title
-- check: SELECT title = 'Product 5' FROM product_titles WHERE id = 5
-- check: SELECT title_length = 9 FROM products WHERE id = 5
-- check: SELECT shout = 'PRODUCT 5' FROM loud_titles WHERE id = 5
-- before:
CREATE VIEW loud_titles AS SELECT id, upper(title) AS shout FROM product_titles;
COMMENT ON COLUMN loud_titles.shout IS 'Loud';
GRANT SELECT ON loud_titles TO PUBLIC;
-- up:
ALTER TABLE products DROP COLUMN title CASCADE;
-- after:
UPDATE products SET stock = 0 WHERE id = 5;
DELETE FROM products WHERE id = 250;
