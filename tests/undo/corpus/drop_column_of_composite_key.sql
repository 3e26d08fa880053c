-- case: a column of the primary key is dropped: nobody can say which row a value belongs to
-- expect: impossible
-- says: public.order_items
-- up:
ALTER TABLE order_items DROP COLUMN line;
-- after:
DELETE FROM order_items WHERE order_id = 'o1';
UPDATE order_items SET quantity = 3 WHERE order_id = 'o2';
