-- Tables without columns, with rows: a row is an empty line in COPY.
CREATE SCHEMA odd;
CREATE TABLE odd.nothing ();
INSERT INTO odd.nothing SELECT FROM generate_series(1, 7);
CREATE TABLE odd.nothing_left (a integer, b text);
INSERT INTO odd.nothing_left VALUES (1, 'a'), (2, 'b'), (3, NULL);
ALTER TABLE odd.nothing_left DROP a, DROP b;
CREATE TABLE odd.nothing_and_empty ();
CREATE TABLE odd.inherits_nothing (id integer) INHERITS (odd.nothing);
INSERT INTO odd.inherits_nothing VALUES (5);
CREATE VIEW odd.view_of_nothing AS SELECT FROM odd.nothing;
CREATE MATERIALIZED VIEW odd.materialized_nothing AS SELECT FROM odd.nothing;
CREATE TYPE odd.empty_composite AS ();
CREATE TABLE odd.holds_empty (c odd.empty_composite);
INSERT INTO odd.holds_empty VALUES (ROW()), (NULL);
CREATE TYPE odd.empty_enum AS ENUM ();
CREATE TABLE odd.holds_no_label (c odd.empty_enum);
INSERT INTO odd.holds_no_label VALUES (NULL);
