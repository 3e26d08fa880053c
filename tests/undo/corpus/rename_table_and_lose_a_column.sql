-- case: a table is renamed, loses a column, gets another and an index
-- expect: lossy
-- not-in-archive-mode: a renamed table is told from a dropped and an added one by its oid only
-- check: SELECT payload = '{"n": 4}' AND state = 'failed' FROM jobs WHERE id = 4
-- check: SELECT payload = '{}' FROM jobs WHERE kind = 'new'
-- check: SELECT count(*) = 251 FROM jobs
-- up:
ALTER TABLE jobs RENAME TO tasks;
ALTER TABLE tasks DROP COLUMN payload, ADD COLUMN priority INTEGER;
CREATE INDEX tasks_priority_idx ON tasks (priority);
-- after:
INSERT INTO tasks (kind, priority) VALUES ('new', 5);
UPDATE tasks SET state = 'failed', priority = 1 WHERE id = 4;
