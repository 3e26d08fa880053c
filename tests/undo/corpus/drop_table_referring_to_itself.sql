-- case: a table that points to itself, deeply and against the order of its rows, is dropped
-- expect: lossless
-- check: SELECT count(*) = 100 FROM nodes
-- check: SELECT parent_id = 51 FROM nodes WHERE id = 50
-- before:
CREATE TABLE nodes (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES nodes (id) ON DELETE RESTRICT, body TEXT);
INSERT INTO nodes SELECT g, CASE WHEN g < 100 THEN g + 1 END, 'n' || g FROM generate_series(1, 100) g;
-- up:
DROP TABLE nodes;
-- after:
INSERT INTO settings VALUES ('new', 'row');
