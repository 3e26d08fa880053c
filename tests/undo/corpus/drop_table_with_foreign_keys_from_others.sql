-- case: a table that others point to is dropped, with their foreign keys and its materialized view
-- expect: lossless
-- says: public.categories
-- check: SELECT count(*) = 200 FROM categories
-- check: SELECT parent_id = 2 FROM categories WHERE id = 21
-- check: SELECT EXISTS (SELECT FROM pg_constraint WHERE conname = 'products_category_id_fkey')
-- check: SELECT count(*) = 200 FROM category_sizes
-- up:
DROP TABLE categories CASCADE;
-- after:
INSERT INTO products (sku, title, price, category_id) VALUES ('SKU-NEW', 'New', 5, 17), ('SKU-NEW2', 'New', 5, NULL);
UPDATE products SET category_id = 3 WHERE id = 5;
DELETE FROM products WHERE id = 250;
