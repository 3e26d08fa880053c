-- case: indexes are added: plain, unique, on an expression, partial
-- expect: lossless
-- check: SELECT count(*) = 0 FROM pg_indexes WHERE indexname IN ('users_name_idx', 'users_lower_email_key', 'orders_note_idx', 'events_kind_idx')
-- check: SELECT value = 'changed' FROM settings WHERE key = 's1'
-- up:
CREATE INDEX "users_name_idx" ON "users"("name");
CREATE UNIQUE INDEX users_lower_email_key ON users (lower(email));
CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note) WHERE note IS NOT NULL;
CREATE INDEX events_kind_idx ON events USING hash (kind);
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
UPDATE settings SET value = 'changed' WHERE key = 's1';
DELETE FROM settings WHERE key = 's2';
INSERT INTO events VALUES ('2025-09-01', 'since', '{}');
