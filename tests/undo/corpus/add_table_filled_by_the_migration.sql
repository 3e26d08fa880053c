-- case: a table is added that the migration fills from another
-- expect: lossy
-- says: public.colours
-- check: SELECT count(*) = 8 FROM safety_lost."public.colours 20260101_000000"
-- check: SELECT attributes->>'colour' = 'c5' FROM products WHERE id = 5
-- up:
CREATE TABLE colours AS SELECT DISTINCT attributes->>'colour' AS name FROM products;
ALTER TABLE colours ADD PRIMARY KEY (name);
-- after:
INSERT INTO colours VALUES ('crimson');
DELETE FROM products WHERE id = 230;
