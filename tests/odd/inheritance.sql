-- Inheritance: several parents, merged columns, overridden defaults, columns local and inherited at once.
CREATE SCHEMA odd;
CREATE TABLE odd.parent_a (id integer DEFAULT 1, shared text DEFAULT 'from a' NOT NULL, CONSTRAINT positive CHECK (id > 0));
CREATE TABLE odd.parent_b (shared text, other numeric DEFAULT 2, CONSTRAINT not_for_children CHECK (other < 100) NO INHERIT);
ALTER TABLE odd.parent_a ADD COLUMN later text DEFAULT 'later';
ALTER TABLE odd.parent_a ADD COLUMN generated integer GENERATED ALWAYS AS (id * 2) STORED;
CREATE TABLE odd.child (shared text DEFAULT 'from child', own boolean DEFAULT true) INHERITS (odd.parent_b, odd.parent_a);
ALTER TABLE odd.child ALTER id SET DEFAULT 42, ALTER other DROP DEFAULT;
CREATE TABLE odd.grandchild (extra text[] DEFAULT '{}') INHERITS (odd.child);
ALTER TABLE odd.parent_b DROP COLUMN other;

INSERT INTO odd.parent_a (id) VALUES (1), (2);
INSERT INTO odd.parent_b VALUES ('only b');
INSERT INTO odd.child (own) VALUES (true), (false);
INSERT INTO odd.grandchild (shared, extra) VALUES ('deep', '{a,b}');

-- A table that joined later, then one that left: its columns stay.
CREATE TABLE odd.joined (dropped integer, id integer, shared text DEFAULT 'x' NOT NULL, later text,
  generated integer GENERATED ALWAYS AS (id * 2) STORED, CONSTRAINT positive CHECK (id > 0));
ALTER TABLE odd.joined DROP COLUMN dropped;
ALTER TABLE odd.joined INHERIT odd.parent_a;
INSERT INTO odd.joined (shared, id) VALUES ('j', 5);
CREATE TABLE odd.left_home () INHERITS (odd.parent_a);
INSERT INTO odd.left_home (id) VALUES (9);
ALTER TABLE odd.left_home NO INHERIT odd.parent_a;
-- A child in another schema with the name of its parent.
CREATE SCHEMA odd_two;
CREATE TABLE odd_two.parent_a (CHECK (later <> 'never')) INHERITS (odd.parent_a);
INSERT INTO odd_two.parent_a (id, later) VALUES (3, 'two');
CREATE INDEX child_id ON odd.child (id);
