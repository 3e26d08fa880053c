-- case: a text becomes an integer by a USING expression that makes many values NULL
-- expect: lossless
-- says: public.addresses.geocode_confidence
-- check: SELECT geocode_confidence = 'n/a' FROM addresses WHERE id = 'a1'
-- check: SELECT geocode_confidence = '41' FROM addresses WHERE id = 'a3'
-- check: SELECT geocode_confidence = '42' FROM addresses WHERE id = 'new1'
-- up:
ALTER TABLE addresses ALTER COLUMN geocode_confidence TYPE INTEGER USING (CASE WHEN geocode_confidence ~ '^\d+$' THEN geocode_confidence::integer END);
-- after:
UPDATE addresses SET geocode_confidence = 41 WHERE id = 'a3';
INSERT INTO addresses (id, user_id, line1, geocode_confidence) VALUES ('new1', 'u1', 'x', 42);
DELETE FROM addresses WHERE id = 'a4';
