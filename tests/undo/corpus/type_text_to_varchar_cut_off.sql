-- case: a text becomes a short varchar and loses the ends of its values
-- expect: lossless
-- says: public.products.description
-- check: SELECT description LIKE 'About product 5: "fine",%' FROM products WHERE id = 5
-- check: SELECT description = 'new' FROM products WHERE id = 7
-- up:
ALTER TABLE products ALTER COLUMN description TYPE VARCHAR(8) USING left(description, 8);
-- after:
UPDATE products SET description = 'new' WHERE id = 7;
INSERT INTO products (sku, title, price, description) VALUES ('SKU-NEW', 'New', 5, 'short');
DELETE FROM products WHERE id = 260;
