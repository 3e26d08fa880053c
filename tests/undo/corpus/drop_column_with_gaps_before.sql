-- case: a table that had lost columns long before loses another
-- expect: lossless
-- check: SELECT c = 'c5' AND e = 'x' FROM gaps WHERE b = 5
-- before:
CREATE TABLE gaps (a TEXT, b INTEGER, c TEXT, d TEXT, e TEXT, f TEXT);
INSERT INTO gaps SELECT 'a', g, 'c' || g, 'd', 'e', 'f' FROM generate_series(1, 50) g;
ALTER TABLE gaps DROP COLUMN a, DROP COLUMN d, ADD PRIMARY KEY (b);
ALTER TABLE gaps ADD COLUMN late TEXT DEFAULT 'missing value';
-- up:
ALTER TABLE gaps DROP COLUMN c, DROP COLUMN late;
-- after:
INSERT INTO gaps VALUES (51, 'e', 'f');
UPDATE gaps SET e = 'x' WHERE b = 5;
DELETE FROM gaps WHERE b = 6;
