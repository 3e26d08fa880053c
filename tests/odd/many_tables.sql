-- odd: slow
-- 5,000 tables of one column and one row, made in batches that fit the lock table of a server with default settings.
-- Restored in one transaction they take 5,000 of the about 6,400 locks that such a server has.
CREATE SCHEMA odd;
SELECT format('DO $do$ BEGIN FOR i IN %s..%s LOOP EXECUTE format(''CREATE TABLE odd.t_%%s (n integer)'', i);'
              ' EXECUTE format(''INSERT INTO odd.t_%%s VALUES (%%s)'', i, i); END LOOP; END $do$', first, first + 249)
  FROM generate_series(1, 5000, 250) first \gexec
