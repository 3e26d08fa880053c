-- odd: stock restore differs in: 2-catalog
-- What every new database has was dropped here. A plain dump is silent about it, so a restore into a new database
-- brings both back.
DROP SCHEMA public;
DROP EXTENSION plpgsql;
CREATE SCHEMA odd;
CREATE TABLE odd.t (id integer);
INSERT INTO odd.t VALUES (1);
