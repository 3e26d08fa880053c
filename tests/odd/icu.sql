-- odd: create database options: ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'de-u-co-phonebk' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0
-- A database whose own collation comes from ICU: sorted rows, indexes and range partitions follow it.
CREATE SCHEMA odd;
CREATE TABLE odd.words (w text PRIMARY KEY, c text COLLATE "C");
INSERT INTO odd.words SELECT w, w FROM unnest(ARRAY['Ofen', 'Öfen', 'oefen', 'ofen', 'Zoo', 'zoo', 'ärger', 'ß', 'ss']) w;
CREATE TABLE odd.p (w text) PARTITION BY RANGE (w);
CREATE TABLE odd.p_1 PARTITION OF odd.p FOR VALUES FROM (MINVALUE) TO ('oe');
CREATE TABLE odd.p_2 PARTITION OF odd.p FOR VALUES FROM ('oe') TO (MAXVALUE);
INSERT INTO odd.p SELECT w FROM odd.words;
CREATE MATERIALIZED VIEW odd.sorted AS SELECT string_agg(w, ',' ORDER BY w) AS ws FROM odd.words;
CREATE TABLE odd.pinned (w text COLLATE "de-x-icu" CHECK (w >= 'a'));
INSERT INTO odd.pinned VALUES ('ä');
