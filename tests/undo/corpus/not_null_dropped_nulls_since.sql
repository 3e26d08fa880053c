-- case: a field is not required any more, and rows without it were written since
-- expect: impossible
-- says: public.orders.total
-- up:
ALTER TABLE orders ALTER COLUMN total DROP NOT NULL;
-- after:
INSERT INTO orders (id, user_id) VALUES ('new1', 'u1'), ('new2', 'u2');
UPDATE orders SET total = NULL WHERE id = 'o3';
