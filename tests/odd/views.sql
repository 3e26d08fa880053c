-- Views and rules.
CREATE SCHEMA odd;
CREATE TABLE odd.t (id integer PRIMARY KEY, parent integer REFERENCES odd.t, note text, price money DEFAULT 1);
INSERT INTO odd.t VALUES (1, NULL, 'root', 10), (2, 1, 'child', 20), (3, 2, 'leaf', -0.01);

CREATE VIEW odd.checked AS SELECT id, note FROM odd.t WHERE id > 1 WITH LOCAL CHECK OPTION;
CREATE VIEW odd.checked_cascaded AS SELECT id, note FROM odd.checked WHERE id < 100 WITH CASCADED CHECK OPTION;
CREATE VIEW odd.barrier WITH (security_barrier) AS SELECT id FROM odd.t WHERE note <> 'secret';
CREATE VIEW odd.as_caller WITH (security_invoker = true, security_barrier = false) AS SELECT * FROM odd.t;
CREATE RECURSIVE VIEW odd.tree (id, path) AS
  SELECT id, note FROM odd.t WHERE parent IS NULL
  UNION ALL SELECT c.id, tree.path || '/' || c.note FROM odd.t c JOIN tree ON c.parent = tree.id;
CREATE VIEW odd.no_columns AS SELECT FROM odd.t;
CREATE VIEW odd."Column ""names""" AS SELECT id AS "a b", note AS "select", 1 AS "?column?", 'x'::text AS "X" FROM odd.t;
CREATE VIEW odd.defaults AS SELECT id, note FROM odd.t;
ALTER VIEW odd.defaults ALTER note SET DEFAULT 'from the view';
COMMENT ON VIEW odd.defaults IS 'has a default';
COMMENT ON COLUMN odd.defaults.note IS 'default lives in the view';
CREATE VIEW odd.many_things AS
  WITH ordered AS MATERIALIZED (SELECT *, row_number() OVER w AS place FROM odd.t WINDOW w AS (PARTITION BY parent ORDER BY id DESC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES))
  SELECT o.id, o.place, l.x, count(*) FILTER (WHERE o.id > 1) OVER (), grouping(o.id) AS g,
         string_agg(l.y, ';' ORDER BY l.y DESC) AS ys
    FROM ordered o
    LEFT JOIN LATERAL (VALUES (1, 'a;b'), (2, E'c\nd')) AS l (x, y) ON l.x = o.id
   GROUP BY GROUPING SETS ((o.id, o.place, l.x), ())
  HAVING count(*) < 100;
CREATE VIEW odd.over_functions AS SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['a', 'b'])) WITH ORDINALITY AS f (a, b, n);
CREATE VIEW odd.whole_row AS SELECT t AS "row", (t).note FROM odd.t TABLESAMPLE BERNOULLI (50) REPEATABLE (1);
-- A view that lists the columns of a table as they were, and survives a renamed one.
CREATE VIEW odd.joined AS SELECT id, a.note, b.note AS other FROM odd.t a JOIN odd.t b USING (id) LIMIT 5 OFFSET 1;
CREATE VIEW odd.except_all AS SELECT id FROM odd.t EXCEPT ALL (SELECT 1 UNION SELECT 2) ORDER BY 1 FETCH FIRST 2 ROWS WITH TIES;

-- Rules: on tables, on views, disabled, always, conditional, with several commands.
CREATE TABLE odd.log (id integer, what text);
CREATE RULE logged AS ON UPDATE TO odd.t WHERE NEW.note IS DISTINCT FROM OLD.note DO ALSO
  (INSERT INTO odd.log VALUES (NEW.id, 'a;b'); INSERT INTO odd.log VALUES (OLD.id, E'c\nd'));
CREATE RULE nothing AS ON DELETE TO odd.log DO INSTEAD NOTHING;
CREATE RULE off AS ON INSERT TO odd.log DO INSTEAD NOTHING;
ALTER TABLE odd.log DISABLE RULE off;
INSERT INTO odd.log VALUES (0, 'kept although a rule would swallow it');
CREATE RULE always AS ON UPDATE TO odd.log DO INSTEAD NOTHING;
ALTER TABLE odd.log ENABLE ALWAYS RULE always;
CREATE RULE replica AS ON INSERT TO odd.t DO INSTEAD NOTHING;
ALTER TABLE odd.t ENABLE REPLICA RULE replica;
-- A rule that is in force: whoever restores rows with INSERT loses them.
CREATE TABLE odd.swallows (id integer);
INSERT INTO odd.swallows VALUES (1), (2);
CREATE RULE swallow AS ON INSERT TO odd.swallows DO INSTEAD NOTHING;
CREATE VIEW odd.writable AS SELECT id * 10 AS tens, note FROM odd.t;
CREATE RULE write AS ON INSERT TO odd.writable DO INSTEAD INSERT INTO odd.t (id, note) VALUES (NEW.tens / 10, NEW.note) RETURNING id * 10, note;
COMMENT ON RULE write ON odd.writable IS 'a rule comment';
