-- case: an enum is made anew without a value, as Prisma does it; the rows that had it got another
-- expect: lossless
-- says: order_status
-- check: SELECT status = 'CANCELLED' FROM orders WHERE id = 'o3'
-- check: SELECT status = 'PAID' FROM orders WHERE id = 'o7'
-- check: SELECT status = 'SHIPPED' FROM orders WHERE id = 'new1'
-- up:
CREATE TYPE order_status_new AS ENUM ('PENDING', 'PAID', 'SHIPPED');
DROP INDEX orders_open_idx;
ALTER TABLE orders ALTER COLUMN status DROP DEFAULT;
ALTER TABLE orders ALTER COLUMN status TYPE order_status_new USING (CASE status::text WHEN 'CANCELLED' THEN 'PENDING' ELSE status::text END::order_status_new);
ALTER TYPE order_status RENAME TO order_status_old;
ALTER TYPE order_status_new RENAME TO order_status;
DROP TYPE order_status_old;
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'PENDING';
CREATE INDEX orders_open_idx ON orders (placed_at DESC) WHERE status = 'PENDING';
-- after:
INSERT INTO orders (id, user_id, total, status) VALUES ('new1', 'u1', 3, 'SHIPPED');
UPDATE orders SET status = 'PAID' WHERE id = 'o7';
UPDATE orders SET note = 'x' WHERE id = 'o3';
DELETE FROM orders WHERE id = 'o11';
