-- case: a domain loses its check, and values were written since that do not hold it
-- expect: impossible
-- says: mail
-- before:
CREATE DOMAIN mail AS TEXT CONSTRAINT mail_at CHECK (VALUE LIKE '%@%');
CREATE TABLE letters (id SERIAL PRIMARY KEY, sender mail);
INSERT INTO letters (sender) SELECT 'm' || g || '@example.org' FROM generate_series(1, 40) g;
-- up:
ALTER DOMAIN mail DROP CONSTRAINT mail_at;
-- after:
UPDATE letters SET sender = 'nowhere' WHERE id = 3;
