-- case: two migrations are undone at once, and rows were written between them
-- expect: lossy
-- says: public.addresses.province
-- check: SELECT geocode_confidence = '55' FROM addresses WHERE id = 'a3'
-- check: SELECT geocode_confidence = 'n/a' FROM addresses WHERE id = 'a1'
-- check: SELECT geocode_confidence = '56' FROM addresses WHERE id = 'between'
-- check: SELECT count(*) FILTER (WHERE province = 'AB') = 1 FROM safety_lost."public.addresses.province 20260101_000000"
-- up:
ALTER TABLE addresses ALTER COLUMN geocode_confidence TYPE INTEGER USING (CASE WHEN geocode_confidence ~ '^\d+$' THEN geocode_confidence::integer END);
-- after:
UPDATE addresses SET geocode_confidence = 55 WHERE id = 'a3';
INSERT INTO addresses (id, user_id, line1, geocode_confidence) VALUES ('between', 'u1', 'x', 56);
ALTER TABLE addresses ALTER COLUMN geocode_confidence SET DEFAULT 0;
ALTER TABLE addresses ADD COLUMN province TEXT;
UPDATE addresses SET province = 'AB' WHERE id = 'a30';
