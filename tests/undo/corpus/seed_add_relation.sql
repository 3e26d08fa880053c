-- case: a relation is added: a column, its index and its foreign key; rows are linked since
-- expect: lossy
-- says: public.orders.address_id
-- check: SELECT count(*) FILTER (WHERE address_id IS NOT NULL) = 2 FROM safety_lost."public.orders.address_id 20260101_000000"
-- check: SELECT count(*) = 0 FROM orders WHERE id = 'o20'
-- up:
ALTER TABLE "orders" ADD COLUMN "address_id" TEXT;
CREATE INDEX "orders_address_id_idx" ON "orders"("address_id");
ALTER TABLE "orders" ADD CONSTRAINT "orders_address_id_fkey" FOREIGN KEY ("address_id") REFERENCES "addresses"("id") ON DELETE SET NULL ON UPDATE CASCADE;
-- after:
UPDATE orders SET address_id = 'a5' WHERE id = 'o4';
UPDATE orders SET address_id = 'a6', note = 'by mail' WHERE id = 'o5';
UPDATE orders SET address_id = 'a7' WHERE id = 'o6';
DELETE FROM addresses WHERE id = 'a7';
DELETE FROM orders WHERE id = 'o20';
INSERT INTO orders (id, user_id, total) VALUES ('new1', 'u3', 1);
