-- case: somebody made a view on the added column after the migration: it goes with it, as was said
-- expect: lossy
-- cascade
-- made: public.orders.priority
-- says: public.urgent
-- check: SELECT to_regclass('public.urgent') IS NULL
-- check: SELECT count(*) FILTER (WHERE priority = 9) = 1 FROM safety_lost."public.orders.priority 20260101_000000"
-- up:
ALTER TABLE orders ADD COLUMN priority INTEGER;
-- after:
CREATE VIEW urgent AS SELECT id, priority FROM orders WHERE priority > 5;
UPDATE orders SET priority = 9 WHERE id = 'o3';
