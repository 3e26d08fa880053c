-- case: a field is required again, with the value that is said for rows without it
-- expect: lossless
-- fill: public.orders.total = 0
-- check: SELECT count(*) = 3 FROM orders WHERE id IN ('new1', 'new2', 'o3') AND total = 0
-- check: SELECT total = 6.25 FROM orders WHERE id = 'o4'
-- up:
ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;
-- after:
INSERT INTO orders (id, user_id) VALUES ('new1', 'u1'), ('new2', 'u2');
UPDATE orders SET total = NULL WHERE id = 'o3';
