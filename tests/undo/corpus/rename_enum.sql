-- case: an enum is renamed; its values are the same
-- expect: lossless
-- check: SELECT status = 'SHIPPED' FROM orders WHERE id = 'o3'
-- check: SELECT to_regtype('public.order_state') IS NULL
-- up:
ALTER TYPE order_status RENAME TO order_state;
-- after:
INSERT INTO orders (id, user_id, total, status) VALUES ('new1', 'u1', 3, 'PAID');
UPDATE orders SET status = 'SHIPPED' WHERE id = 'o3';
