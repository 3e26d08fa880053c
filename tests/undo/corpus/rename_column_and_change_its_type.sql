-- case: a column is renamed and gets another type
-- expect: lossless
-- not-in-archive-mode: a renamed column is told from a dropped and an added one by its number only
-- check: SELECT geocode_confidence = '55' FROM addresses WHERE id = 'a3'
-- check: SELECT geocode_confidence = 'n/a' AND line1 = 'x' FROM addresses WHERE id = 'a1'
-- up:
ALTER TABLE addresses ALTER COLUMN geocode_confidence TYPE NUMERIC USING (CASE WHEN geocode_confidence ~ '^[0-9.]+$' THEN geocode_confidence::numeric END);
ALTER TABLE addresses RENAME COLUMN geocode_confidence TO confidence;
-- after:
UPDATE addresses SET confidence = 55 WHERE id = 'a3';
UPDATE addresses SET line1 = 'x' WHERE id = 'a1';
