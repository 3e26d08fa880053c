-- case: a serial column that is no key is dropped with its sequence
-- expect: lossless
-- says: public.tickets.number
-- check: SELECT number = 3 FROM tickets WHERE id = 'k3'
-- check: SELECT min(number) > 100 AND count(DISTINCT number) = 2 FROM tickets WHERE id LIKE 'new%'
-- before:
CREATE TABLE tickets (id TEXT PRIMARY KEY, number SERIAL, title TEXT);
INSERT INTO tickets (id, title) SELECT 'k' || g, 't' || g FROM generate_series(1, 100) g;
-- up:
ALTER TABLE tickets DROP COLUMN number;
-- after:
INSERT INTO tickets (id, title) VALUES ('new1', 'x'), ('new2', 'y');
UPDATE tickets SET title = 'z' WHERE id = 'k3';
DELETE FROM tickets WHERE id = 'k4';
