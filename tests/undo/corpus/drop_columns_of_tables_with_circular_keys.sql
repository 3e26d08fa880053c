-- case: two tables that point to each other lose columns, one of them the foreign key's own
-- expect: lossless
-- check: SELECT lead_id = 105 AND name = 'x' FROM teams WHERE id = 5
-- check: SELECT lead_id IS NULL FROM teams WHERE id = 31
-- check: SELECT nick = 'n6' FROM members WHERE id = 106
-- before:
CREATE TABLE teams (id INTEGER PRIMARY KEY, lead_id INTEGER, name TEXT);
CREATE TABLE members (id INTEGER PRIMARY KEY, team_id INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE, nick TEXT);
INSERT INTO teams SELECT g, 100 + g, 't' || g FROM generate_series(1, 30) g;
INSERT INTO members SELECT 100 + g, g, 'n' || g FROM generate_series(1, 30) g;
ALTER TABLE teams ADD CONSTRAINT teams_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES members (id);
-- up:
ALTER TABLE teams DROP COLUMN lead_id;
ALTER TABLE members DROP COLUMN nick;
-- after:
INSERT INTO teams VALUES (31, 'new');
INSERT INTO members VALUES (131, 31), (132, 31);
UPDATE teams SET name = 'x' WHERE id = 5;
