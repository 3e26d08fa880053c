-- case: a dropped table comes back with rows whose parents were deleted since, and these are wanted back too
-- expect: lossless
-- restore-rows: public.orders
-- check: SELECT count(*) = 100 FROM invoices
-- check: SELECT note = 'note 6' FROM orders WHERE id = 'o6'
-- check: SELECT count(*) = 400 FROM orders
-- before:
CREATE TABLE invoices (id SERIAL PRIMARY KEY, order_id TEXT NOT NULL REFERENCES orders (id), amount NUMERIC(12,2));
INSERT INTO invoices (order_id, amount) SELECT 'o' || g, g FROM generate_series(1, 100) g;
-- up:
DROP TABLE invoices;
-- after:
DELETE FROM orders WHERE id IN ('o5', 'o6');
UPDATE orders SET note = 'x' WHERE id = 'o7';
