-- case: an enum gets a value that rows have since
-- expect: impossible
-- says: public.orders.status
-- says: REFUNDED
-- up:
ALTER TYPE order_status ADD VALUE 'REFUNDED';
-- after:
INSERT INTO orders (id, user_id, total, status) VALUES ('new1', 'u1', 3, 'REFUNDED');
UPDATE orders SET status = 'REFUNDED' WHERE id IN ('o3', 'o4');
