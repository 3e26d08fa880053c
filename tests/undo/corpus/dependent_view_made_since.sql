-- case: somebody made a view on the added column after the migration
-- expect: impossible
-- made: public.orders.priority
-- says: public.urgent
-- up:
ALTER TABLE orders ADD COLUMN priority INTEGER;
-- after:
CREATE VIEW urgent AS SELECT id, priority FROM orders WHERE priority > 5;
UPDATE orders SET priority = 9 WHERE id = 'o3';
