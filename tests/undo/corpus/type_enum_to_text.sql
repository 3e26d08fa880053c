-- case: an enum with an index on it becomes a text; the values still fit
-- expect: lossless
-- says: public.orders.status
-- check: SELECT status = 'CANCELLED' FROM orders WHERE id = 'o4'
-- check: SELECT status = 'PAID' FROM orders WHERE id = 'new1'
-- check: SELECT count(*) = 1 FROM pg_indexes WHERE indexname = 'orders_open_idx'
-- up:
DROP INDEX orders_open_idx;
ALTER TABLE orders ALTER COLUMN status DROP DEFAULT;
ALTER TABLE orders ALTER COLUMN status TYPE TEXT;
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'PENDING';
DROP TYPE order_status;
CREATE INDEX orders_open_idx ON orders (placed_at DESC) WHERE status = 'PENDING';
-- after:
UPDATE orders SET status = 'CANCELLED' WHERE id = 'o4';
INSERT INTO orders (id, user_id, total, status) VALUES ('new1', 'u1', 3, 'PAID');
DELETE FROM orders WHERE id = 'o8';
