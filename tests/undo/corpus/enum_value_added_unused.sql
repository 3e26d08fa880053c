-- case: an enum gets values, in the middle and at the end, that nobody uses
-- expect: lossless
-- says: order_status
-- check: SELECT enum_range(NULL::order_status)::text = '{PENDING,PAID,SHIPPED,CANCELLED}'
-- check: SELECT status = 'SHIPPED' FROM orders WHERE id = 'new1'
-- up:
ALTER TYPE order_status ADD VALUE 'REFUNDED';
ALTER TYPE order_status ADD VALUE 'PACKED' BEFORE 'SHIPPED';
-- after:
INSERT INTO orders (id, user_id, total, status) VALUES ('new1', 'u1', 3, 'SHIPPED');
UPDATE orders SET status = 'CANCELLED' WHERE id = 'o3';
DELETE FROM orders WHERE id = 'o4';
