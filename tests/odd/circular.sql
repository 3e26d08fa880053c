-- Dependencies in circles, and those that move an object behind the rows: pg_dump breaks them up, and a restore that
-- takes its parts in another order fails.
CREATE SCHEMA odd;
CREATE TABLE odd.t (id integer PRIMARY KEY, note text, amount numeric);
INSERT INTO odd.t VALUES (1, 'a', 1), (2, 'b', 2);

-- Allowed only because of the primary key, which comes after the rows.
CREATE VIEW odd.needs_key AS SELECT id, note, sum(amount) AS total FROM odd.t GROUP BY id;
CREATE VIEW odd.on_needs_key AS SELECT total FROM odd.needs_key;
CREATE RULE into_needs_key AS ON INSERT TO odd.needs_key DO INSTEAD INSERT INTO odd.t VALUES (NEW.id, NEW.note, NEW.total);
COMMENT ON VIEW odd.needs_key IS 'comes late';
CREATE FUNCTION odd.atomic_needs_key() RETURNS SETOF text LANGUAGE sql BEGIN ATOMIC SELECT note FROM odd.t GROUP BY id; END;
COMMENT ON FUNCTION odd.atomic_needs_key() IS 'comes late too';
GRANT EXECUTE ON FUNCTION odd.atomic_needs_key() TO PUBLIC;
CREATE MATERIALIZED VIEW odd.materialized_late AS SELECT id, total FROM odd.needs_key;
CREATE UNIQUE INDEX materialized_late_id ON odd.materialized_late (id);
CREATE MATERIALIZED VIEW odd.a_materialized_later AS SELECT count(*) AS n FROM odd.materialized_late;
CREATE VIEW odd.on_late_function AS SELECT * FROM odd.atomic_needs_key() AS f (note);

-- A view and a function of each other's.
CREATE VIEW odd.v AS SELECT 1 AS a, 'x'::text AS b;
CREATE FUNCTION odd.of_view(odd.v) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a';
CREATE OR REPLACE VIEW odd.v AS SELECT 1 AS a, 'x'::text AS b, odd.of_view(NULL) AS c;
CREATE VIEW odd.w1 AS SELECT 1 AS a;
CREATE VIEW odd.w2 AS SELECT a FROM odd.w1;
CREATE FUNCTION odd.of_w2() RETURNS SETOF odd.w2 LANGUAGE sql BEGIN ATOMIC SELECT a FROM odd.w2; END;
CREATE OR REPLACE VIEW odd.w1 AS SELECT 1 AS a, (SELECT count(*) FROM odd.t) AS n;

-- A table whose default, check and trigger use functions over its own row.
CREATE TABLE odd.self (id integer PRIMARY KEY, n integer);
CREATE FUNCTION odd.of_self(odd.self) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT coalesce(($1).n, 5)';
ALTER TABLE odd.self ALTER n SET DEFAULT odd.of_self(NULL), ADD CONSTRAINT self_check CHECK (odd.of_self(self) > 0);
CREATE INDEX self_expression ON odd.self (odd.of_self(self));
INSERT INTO odd.self VALUES (1, 1), (2, DEFAULT);
CREATE FUNCTION odd.find_in_self(integer) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN $1 IS NULL OR EXISTS (SELECT FROM odd.self WHERE id = $1); END $$;
ALTER TABLE odd.self ADD COLUMN other integer, ADD CONSTRAINT looks_elsewhere CHECK (odd.find_in_self(other)) NOT VALID;
UPDATE odd.self SET other = 1 WHERE id = 2;

-- A domain and the function that checks it.
CREATE DOMAIN odd.d AS integer;
CREATE FUNCTION odd.too_large(integer) RETURNS odd.d[] LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN CASE WHEN $1 >= 100 THEN ARRAY[]::odd.d[] END; END';
ALTER DOMAIN odd.d ADD CONSTRAINT checked CHECK (odd.too_large(VALUE) IS NULL);
CREATE TABLE odd.holds_d (d odd.d);
INSERT INTO odd.holds_d VALUES (5), (NULL);

-- Two tables whose defaults use each other's sequences, one with the row type of the other.
CREATE TABLE odd.one (id serial PRIMARY KEY);
CREATE TABLE odd.two (id serial PRIMARY KEY, n bigint DEFAULT nextval('odd.one_id_seq'));
ALTER TABLE odd.one ADD COLUMN from_two bigint DEFAULT nextval('odd.two_id_seq');
ALTER TABLE odd.two ADD COLUMN of_one odd.one;
INSERT INTO odd.two (of_one) VALUES (ROW(7, 8));
INSERT INTO odd.one DEFAULT VALUES;
CREATE TABLE odd.uses_ones (id bigint DEFAULT nextval('odd.one_id_seq'));
INSERT INTO odd.uses_ones DEFAULT VALUES;
