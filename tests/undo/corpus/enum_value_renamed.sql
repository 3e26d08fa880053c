-- case: an enum's value is renamed and written since
-- expect: lossless
-- not-in-archive-mode: a renamed value is told from a dropped and an added one by its oid only
-- check: SELECT count(*) = 2 FROM orders WHERE id IN ('new1', 'o2') AND status = 'PAID'
-- check: SELECT status = 'PAID' FROM orders WHERE id = 'o1'
-- up:
ALTER TYPE order_status RENAME VALUE 'PAID' TO 'SETTLED';
-- after:
INSERT INTO orders (id, user_id, total, status) VALUES ('new1', 'u1', 3, 'SETTLED');
UPDATE orders SET status = 'SETTLED' WHERE id = 'o2';
UPDATE orders SET note = 'x' WHERE id = 'o1';
