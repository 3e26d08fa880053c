-- case: a dropped table comes back with rows whose parents were deleted since, which its foreign key would have refused
-- expect: impossible
-- says: public.invoices
-- before:
CREATE TABLE invoices (id SERIAL PRIMARY KEY, order_id TEXT NOT NULL REFERENCES orders (id), amount NUMERIC(12,2));
INSERT INTO invoices (order_id, amount) SELECT 'o' || g, g FROM generate_series(1, 100) g;
-- up:
DROP TABLE invoices;
-- after:
DELETE FROM orders WHERE id IN ('o5', 'o6');
