-- case: a view on the added column that the migration itself made goes with it
-- expect: lossless
-- says: public.urgent
-- up:
ALTER TABLE orders ADD COLUMN priority INTEGER;
CREATE VIEW urgent AS SELECT id, priority FROM orders WHERE priority > 5;
CREATE MATERIALIZED VIEW urgent_ids AS SELECT id FROM urgent;
-- after:
INSERT INTO orders (id, user_id, total) VALUES ('new1', 'u1', 3);
