-- case: a table comes back, but rows written since point to rows that it never had
-- expect: impossible
-- says: products_category_id_fkey
-- up:
DROP TABLE categories CASCADE;
-- after:
INSERT INTO products (sku, title, price, category_id) VALUES ('SKU-NEW', 'New', 5, 4711);
UPDATE products SET category_id = 4712 WHERE id = 5;
