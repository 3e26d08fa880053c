-- case: a table with an identity key is dropped whose sequence was ahead of its rows
-- expect: lossless
-- check: SELECT count(*) = 90 FROM receipts
-- check: SELECT last_value = 5000 FROM receipts_id_seq
-- before:
CREATE TABLE receipts (id BIGINT GENERATED ALWAYS AS IDENTITY (INCREMENT BY 10 CACHE 5) PRIMARY KEY, body TEXT);
INSERT INTO receipts (body) SELECT 'r' || g FROM generate_series(1, 100) g;
DELETE FROM receipts WHERE id > 900;
SELECT setval('receipts_id_seq', 5000);
-- up:
DROP TABLE receipts;
-- after:
INSERT INTO settings VALUES ('new', 'row');
