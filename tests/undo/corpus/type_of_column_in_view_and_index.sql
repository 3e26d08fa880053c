-- case: a column that a chain of views and indexes stand on gets another type; all are made anew
-- expect: lossless
-- says: public.orders.total
-- check: SELECT total = 4.75 FROM orders WHERE id = 'o3'
-- check: SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'order_totals'::regclass AND attname = 'total' AND atttypid = 'numeric'::regtype)
-- check: SELECT obj_description('big_spenders'::regclass) = 'For the newsletter'
-- before:
CREATE INDEX orders_total_idx ON orders (total, user_id);
-- up:
DROP VIEW big_spenders;
DROP VIEW order_totals;
ALTER TABLE orders ALTER COLUMN total TYPE DOUBLE PRECISION;
CREATE VIEW order_totals AS SELECT o.user_id, count(*) AS orders, sum(o.total) AS total FROM orders o GROUP BY o.user_id;
CREATE VIEW big_spenders AS SELECT t.user_id, u.email, t.total FROM order_totals t JOIN users u ON u.id = t.user_id WHERE t.total > 500;
-- after:
UPDATE orders SET note = 'x' WHERE id = 'o3';
INSERT INTO orders (id, user_id, total) VALUES ('new1', 'u1', 2.5);
