-- case: an enum and a column of it are added, and used since
-- expect: lossy
-- says: public.orders.priority
-- check: SELECT priority::text = 'HIGH' FROM safety_lost."public.orders.priority 20260101_000000" WHERE id = 'o1'
-- check: SELECT note = 'still here' FROM orders WHERE id = 'new1'
-- up:
CREATE TYPE "Priority" AS ENUM ('LOW', 'NORMAL', 'HIGH');
ALTER TABLE "orders" ADD COLUMN "priority" "Priority" NOT NULL DEFAULT 'NORMAL';
-- after:
UPDATE orders SET priority = 'HIGH' WHERE id IN ('o1', 'o2');
INSERT INTO orders (id, user_id, total, note, priority) VALUES ('new1', 'u3', 1, 'still here', 'LOW');
DELETE FROM orders WHERE id = 'o30';
