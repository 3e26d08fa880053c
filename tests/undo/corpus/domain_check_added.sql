-- case: a domain gets a check, a default and NOT NULL
-- expect: lossless
-- says: public.mail
-- check: SELECT NOT typnotnull AND typdefault IS NULL FROM pg_type WHERE typname = 'mail'
-- before:
CREATE DOMAIN mail AS TEXT CONSTRAINT mail_at CHECK (VALUE LIKE '%@%');
CREATE TABLE letters (id SERIAL PRIMARY KEY, sender mail);
INSERT INTO letters (sender) SELECT 'm' || g || '@example.org' FROM generate_series(1, 40) g;
-- up:
ALTER DOMAIN mail ADD CONSTRAINT mail_short CHECK (length(VALUE) < 100);
ALTER DOMAIN mail SET NOT NULL;
ALTER DOMAIN mail SET DEFAULT 'a@b';
-- after:
INSERT INTO letters DEFAULT VALUES;
UPDATE letters SET sender = 'x@y' WHERE id = 3;
