-- odd: stock restore differs in: 3-schema 7-copy
-- Columns that a parent got after its child, and a table that joined with its columns in another order: a plain dump
-- puts inherited columns first, so the order of columns changes. The rows must still be right, column by column: who
-- digests whole rows, or copies without naming the columns, goes wrong here.
CREATE SCHEMA odd;
CREATE TABLE odd.parent (id integer, note text);
CREATE TABLE odd.child (own text, more integer) INHERITS (odd.parent);
ALTER TABLE odd.parent ADD COLUMN later text DEFAULT 'later';
INSERT INTO odd.child VALUES (1, 'note', 'own', 5, 'x'), (2, NULL, 'own two', 6, 'y');
CREATE TABLE odd.joined (note text, gone integer, own text, id integer, later text);
ALTER TABLE odd.joined DROP COLUMN gone;
ALTER TABLE odd.joined INHERIT odd.parent;
INSERT INTO odd.joined (id, note, own) VALUES (3, 'joined', 'own');
