-- case: a view that another stands on is made anew with fewer columns
-- expect: lossless
-- check: SELECT count(*) = 3 FROM pg_attribute WHERE attrelid = 'order_totals'::regclass AND attnum > 0 AND NOT attisdropped
-- check: SELECT count(*) > 0 FROM big_spenders
-- before:
CREATE VIEW spender_count AS SELECT count(*) AS n FROM big_spenders;
GRANT SELECT ON spender_count TO PUBLIC;
-- up:
DROP VIEW order_totals CASCADE;
CREATE VIEW order_totals AS SELECT o.user_id, sum(o.total) AS total FROM orders o GROUP BY o.user_id;
CREATE VIEW big_spenders WITH (security_barrier) AS SELECT t.user_id, t.total FROM order_totals t WHERE t.total > 500;
-- after:
INSERT INTO orders (id, user_id, total) VALUES ('new1', 'u1', 3000);
