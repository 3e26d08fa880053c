-- The child sorts before its parent, and its foreign key exists before any row is restored: who loads configuration
-- tables in the order of their names, or side by side, fails here.
CREATE TABLE z_parent (id integer PRIMARY KEY, name text NOT NULL, builtin boolean NOT NULL DEFAULT false);
CREATE TABLE a_child (id integer PRIMARY KEY, parent integer NOT NULL REFERENCES z_parent, boss integer REFERENCES a_child);
CREATE TABLE m_not_config (id integer PRIMARY KEY, note text);
CREATE SEQUENCE config_sequence START 100;
CREATE SEQUENCE not_config_sequence;
CREATE FUNCTION is_odd(n integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT n % 2 <> 0';

INSERT INTO z_parent VALUES (1, 'shipped one', true), (2, 'shipped two', true);
INSERT INTO m_not_config VALUES (1, 'comes with CREATE EXTENSION, never with a dump');

SELECT pg_extension_config_dump('z_parent', 'WHERE NOT builtin');
SELECT pg_extension_config_dump('a_child', '');
SELECT pg_extension_config_dump('config_sequence', '');
