-- case: a check constraint lets fewer rows in
-- expect: lossless
-- says: products_price_check
-- check: SELECT pg_get_constraintdef(oid) = 'CHECK ((price >= (0)::numeric))' FROM pg_constraint WHERE conname = 'products_price_check'
-- up:
ALTER TABLE products DROP CONSTRAINT products_price_check, ADD CONSTRAINT products_price_check CHECK (price > 0.5);
-- after:
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 1);
