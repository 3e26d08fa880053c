-- case: a column and the enum that only it used are dropped
-- expect: lossless
-- says: order_status
-- check: SELECT status = 'PAID' FROM orders WHERE id = 'o1'
-- check: SELECT status = 'PENDING' FROM orders WHERE id = 'new1'
-- check: SELECT EXISTS (SELECT FROM pg_indexes WHERE indexname = 'orders_open_idx')
-- up:
ALTER TABLE orders DROP COLUMN status;
DROP TYPE order_status;
-- after:
INSERT INTO orders (id, user_id, total) VALUES ('new1', 'u1', 3);
UPDATE orders SET total = 100 WHERE id = 'o1';
DELETE FROM orders WHERE id = 'o7';
