-- case: a view is replaced by a table of its name, which is written since
-- expect: lossy
-- says: public.product_titles
-- check: SELECT relkind = 'v' FROM pg_class WHERE oid = 'product_titles'::regclass
-- check: SELECT count(*) = 301 FROM safety_lost."public.product_titles 20260101_000000"
-- up:
DROP VIEW product_titles;
CREATE TABLE product_titles AS SELECT id, sku, title FROM products;
ALTER TABLE product_titles ADD PRIMARY KEY (id);
-- after:
INSERT INTO product_titles VALUES (1000, 'SKU-X', 'Only here');
