-- case: the last column is dropped, a json one whose text has to come back as it was typed
-- expect: lossless
-- says: public.addresses.geojson
-- check: SELECT geojson::text = '{"type": "Point",  "coordinates": [9, -9], "type": "Point"}' FROM addresses WHERE id = 'a9'
-- up:
ALTER TABLE addresses DROP COLUMN geojson;
-- after:
INSERT INTO addresses (id, user_id, line1) VALUES ('new1', 'u1', 'x');
UPDATE addresses SET city = 'Banff' WHERE id = 'a9';
DELETE FROM addresses WHERE id = 'a10';
