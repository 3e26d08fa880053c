-- case: a function that a default, an index and a check use is made anew with another body
-- expect: lossless
-- check: SELECT tidy_sku(' a ') = 'A'
-- check: SELECT count(*) = 1 FROM pg_indexes WHERE indexname = 'products_tidy_idx'
-- before:
CREATE FUNCTION tidy_sku(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(btrim($1)) $$;
CREATE INDEX products_tidy_idx ON products (tidy_sku(sku));
ALTER TABLE products ADD CONSTRAINT products_tidy CHECK (tidy_sku(sku) = sku);
ALTER TABLE settings ALTER COLUMN value SET DEFAULT tidy_sku(' none ');
-- up:
DROP INDEX products_tidy_idx;
ALTER TABLE products DROP CONSTRAINT products_tidy;
ALTER TABLE settings ALTER COLUMN value DROP DEFAULT;
DROP FUNCTION tidy_sku(text);
CREATE FUNCTION tidy_sku(code text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower($1) $$;
CREATE INDEX products_tidy_idx ON products (tidy_sku(sku));
-- after:
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 1);
INSERT INTO settings VALUES ('new', 'row');
