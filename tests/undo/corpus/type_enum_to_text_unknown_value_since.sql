-- case: an enum becomes a text, and a word was written since that the enum does not know
-- expect: impossible
-- says: public.orders.status
-- says: REFUNDED
-- up:
DROP INDEX orders_open_idx;
ALTER TABLE orders ALTER COLUMN status DROP DEFAULT, ALTER COLUMN status TYPE TEXT;
-- after:
UPDATE orders SET status = 'REFUNDED' WHERE id = 'o4';
