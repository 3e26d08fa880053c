-- case: an identity column that is no key is dropped: rows written since get new numbers
-- expect: lossless
-- says: public.tickets.number
-- check: SELECT number = 103 FROM tickets WHERE id = 'k3'
-- check: SELECT count(*) = 0 FROM tickets WHERE number IS NULL
-- check: SELECT min(number) > 200 FROM tickets WHERE id LIKE 'new%'
-- check: SELECT count(DISTINCT number) = count(*) FROM tickets
-- before:
CREATE TABLE tickets (id TEXT PRIMARY KEY, number INTEGER GENERATED ALWAYS AS IDENTITY (START WITH 101) UNIQUE, title TEXT);
INSERT INTO tickets (id, title) SELECT 'k' || g, 't' || g FROM generate_series(1, 100) g;
-- up:
ALTER TABLE tickets DROP COLUMN number;
-- after:
INSERT INTO tickets (id, title) VALUES ('new1', 'x'), ('new2', 'y');
UPDATE tickets SET title = 'z' WHERE id = 'k3';
DELETE FROM tickets WHERE id = 'k4';
