-- case: a time becomes a day
-- expect: lossless
-- says: public.products.released_at
-- check: SELECT released_at = '2025-03-01 10:30:00+00'::timestamptz + 5 * interval '61 minutes' FROM products WHERE id = 5
-- check: SELECT released_at::date = '2025-12-24' FROM products WHERE id = 6
-- up:
ALTER TABLE products ALTER COLUMN released_at TYPE DATE;
-- after:
UPDATE products SET released_at = '2025-12-24' WHERE id = 6;
UPDATE products SET stock = 1 WHERE id = 5;
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 7);
