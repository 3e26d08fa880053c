-- case: a table is dropped with a chain of views, with what hangs on them
-- expect: lossless
-- says: public.orders
-- check: SELECT count(*) = 2 FROM pg_views WHERE viewname IN ('order_totals', 'big_spenders')
-- check: SELECT count(*) > 0 FROM big_spenders
-- check: SELECT count(*) = 800 FROM order_items
-- up:
DROP TABLE orders CASCADE;
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
DELETE FROM order_items WHERE order_id = 'o9';
INSERT INTO order_items VALUES ('o9', 1, 5, 1, 1);
UPDATE order_items SET quantity = 3 WHERE order_id = 'o10';
INSERT INTO order_items VALUES ('o9', 2, 6, 1, 1);
