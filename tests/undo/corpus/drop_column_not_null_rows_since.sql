-- case: a required column without a default is dropped, and rows were inserted since: there is no value for them
-- expect: impossible
-- says: public.orders.total
-- up:
DROP VIEW big_spenders, order_totals;
ALTER TABLE orders DROP COLUMN total;
-- after:
INSERT INTO orders (id, user_id) VALUES ('new1', 'u1'), ('new2', 'u2');
UPDATE orders SET note = 'x' WHERE id = 'o1';
