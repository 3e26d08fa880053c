-- case: a required column without a default comes back with the value that is said for rows written since
-- expect: lossless
-- fill: public.orders.total = length(id)
-- check: SELECT total = 4 FROM orders WHERE id = 'new1'
-- check: SELECT total = 1.75 AND note = 'x' FROM orders WHERE id = 'o1'
-- check: SELECT orders = 2 FROM order_totals WHERE user_id = 'u2' AND total = 4 + 1.75
-- up:
DROP VIEW big_spenders, order_totals;
ALTER TABLE orders DROP COLUMN total;
-- after:
INSERT INTO orders (id, user_id) VALUES ('new1', 'u1'), ('new2', 'u2');
UPDATE orders SET note = 'x' WHERE id = 'o1';
DELETE FROM orders WHERE id IN ('o9', 'o301');
