-- case: a json becomes a jsonb, which forgets order, spaces and doubled keys
-- expect: lossless
-- says: public.addresses.geojson
-- check: SELECT geojson::text = '{"type": "Point",  "coordinates": [9, -9], "type": "Point"}' FROM addresses WHERE id = 'a9'
-- check: SELECT geojson::jsonb = '{"since": true}' FROM addresses WHERE id = 'a10'
-- up:
ALTER TABLE addresses ALTER COLUMN geojson TYPE JSONB;
-- after:
UPDATE addresses SET geojson = '{"since": true}' WHERE id = 'a10';
UPDATE addresses SET line1 = 'x' WHERE id = 'a9';
INSERT INTO addresses (id, user_id, line1, geojson) VALUES ('new1', 'u1', 'x', '[1, 2]');
