-- case: a materialized view gets another query, one is dropped, one is added
-- expect: lossless
-- says: public.category_sizes
-- check: SELECT count(*) = 200 FROM category_sizes
-- check: SELECT relispopulated FROM pg_class WHERE oid = 'category_sizes'::regclass
-- check: SELECT count(*) = 300 FROM reviewers
-- before:
CREATE MATERIALIZED VIEW reviewers AS SELECT user_id, count(*) AS n FROM reviews GROUP BY user_id;
CREATE INDEX reviewers_n_idx ON reviewers (n);
COMMENT ON MATERIALIZED VIEW reviewers IS 'Refreshed by night';
-- up:
DROP MATERIALIZED VIEW category_sizes;
CREATE MATERIALIZED VIEW category_sizes AS SELECT c.id, count(p.id) AS products, sum(p.stock) AS stock FROM categories c LEFT JOIN products p ON p.category_id = c.id GROUP BY c.id;
DROP MATERIALIZED VIEW reviewers;
CREATE MATERIALIZED VIEW order_days AS SELECT placed_at::date AS day, count(*) FROM orders GROUP BY 1;
-- after:
UPDATE products SET stock = 0 WHERE id = 3;
REFRESH MATERIALIZED VIEW category_sizes;
