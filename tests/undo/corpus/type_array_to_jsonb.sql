-- case: an array becomes a jsonb
-- expect: lossless
-- says: public.products.tags
-- check: SELECT tags = ARRAY['tag5', 'a "b", {c}'] FROM products WHERE id = 5
-- up:
ALTER TABLE products ALTER COLUMN tags DROP DEFAULT, ALTER COLUMN tags TYPE JSONB USING to_jsonb(tags), ALTER COLUMN tags SET DEFAULT '[]';
-- after:
UPDATE products SET stock = 7 WHERE id = 5;
DELETE FROM products WHERE id = 260;
