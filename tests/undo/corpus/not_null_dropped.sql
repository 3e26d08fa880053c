-- case: fields are not required any more, and are filled in all the same
-- expect: lossless
-- says: public.orders.total
-- check: SELECT attnotnull FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'total'
-- up:
ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;
ALTER TABLE addresses ALTER COLUMN line1 DROP NOT NULL;
-- after:
INSERT INTO orders (id, user_id, total) VALUES ('new1', 'u1', 3);
UPDATE addresses SET line1 = 'x' WHERE id = 'a1';
DELETE FROM orders WHERE id = 'o4';
