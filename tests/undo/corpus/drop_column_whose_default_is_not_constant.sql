-- case: a dropped column had a default that differs by row: rows written since get one each
-- expect: lossless
-- check: SELECT count(DISTINCT code) = 2 AND min(length(code)) = 36 FROM vouchers WHERE id > 40
-- check: SELECT code = 'code 5' FROM vouchers WHERE id = 5
-- before:
CREATE TABLE vouchers (id SERIAL PRIMARY KEY, code TEXT NOT NULL UNIQUE DEFAULT gen_random_uuid(), worth INTEGER);
INSERT INTO vouchers (code, worth) SELECT 'code ' || g, g FROM generate_series(1, 40) g;
-- up:
ALTER TABLE vouchers DROP COLUMN code;
-- after:
INSERT INTO vouchers (worth) VALUES (1), (2);
UPDATE vouchers SET worth = 0 WHERE id = 5;
