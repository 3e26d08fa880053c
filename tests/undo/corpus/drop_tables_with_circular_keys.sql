-- case: two tables that point to each other are dropped
-- expect: lossless
-- check: SELECT count(*) = 30 FROM teams JOIN members m ON m.id = teams.lead_id AND m.team_id = teams.id
-- check: SELECT count(*) = 2 FROM pg_constraint WHERE contype = 'f' AND conrelid IN ('teams'::regclass, 'members'::regclass)
-- before:
CREATE TABLE teams (id INTEGER PRIMARY KEY, lead_id INTEGER, name TEXT);
CREATE TABLE members (id INTEGER PRIMARY KEY, team_id INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE);
INSERT INTO teams SELECT g, 100 + g, 't' || g FROM generate_series(1, 30) g;
INSERT INTO members SELECT 100 + g, g FROM generate_series(1, 30) g;
ALTER TABLE teams ADD CONSTRAINT teams_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES members (id) DEFERRABLE INITIALLY DEFERRED;
-- up:
DROP TABLE teams, members;
-- after:
INSERT INTO settings VALUES ('new', 'row');
