-- Data for scripts/bench: deterministic, indexed, with foreign keys. Variables: part (mixed, dominating, toasted, spread)
-- and mb, about the size that tables and their indexes get together (toasted, spread: compressed as TOAST does).
--   mixed       six tables of different kinds: narrow numbers, letters, JSON, text keys, large values
--   dominating  one table with four indexes, and a few small ones beside it
--   toasted     one table of large values that live in TOAST
--   spread      the rows of "toasted", over forty tables

\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET jit = off;
SET maintenance_work_mem = '256MB';
SET timezone = 'UTC';

-- Prose with a skewed vocabulary of some thousand words: it compresses about as well as people's texts do.
CREATE FUNCTION pg_temp.words(seed bigint, count integer) RETURNS text IMMUTABLE LANGUAGE sql AS $$
  SELECT string_agg(syllables[1 + (((h & 63) * (h >> 6 & 63)) >> 6)::integer]
                    || syllables[1 + (((h >> 12 & 63) * (h >> 18 & 63)) >> 6)::integer], ' ')
  FROM (SELECT hashint8extended(seed * 4096 + i, 0) AS h,
               '{the,re,an,in,con,ti,on,al,de,er,ing,ma,pro,se,to,un,vi,com,di,es,for,ge,hi,im,ja,ka,lo,men,ne,or,per,qua,
                 ra,su,ter,us,ver,wa,xi,yo,za,bel,cor,dan,el,fi,gra,hol,il,jun,kel,lan,mor,nor,op,pla,ros,str,tra,ur,vol,
                 wen,yel,zo}'::text[] AS syllables
        FROM generate_series(1, count) AS i) AS picked
$$;
CREATE FUNCTION pg_temp.dice(seed bigint, bound integer) RETURNS integer IMMUTABLE LANGUAGE sql
  AS $$ SELECT (abs(hashint8extended(seed, 7) % bound))::integer $$;

SELECT :'part' = 'mixed' AS mixed, :'part' = 'dominating' AS dominating, :'part' IN ('toasted', 'spread') AS large \gset

\if :mixed
CREATE TABLE people (
  id text NOT NULL, email text NOT NULL, name text NOT NULL, settings jsonb NOT NULL, created_at timestamp(3) NOT NULL);
INSERT INTO people
SELECT md5('p' || n), 'person' || n || '@example.org', initcap(pg_temp.words(n, 2)),
       jsonb_build_object('theme', CASE n % 3 WHEN 0 THEN 'dark' ELSE 'light' END, 'page', n % 50),
       timestamp '2024-01-01' + n * interval '17 seconds'
FROM generate_series(1, :mb * 250) AS n;

-- Devices report in turn, and what they measure drifts.
CREATE TABLE readings (
  id bigint NOT NULL, device integer NOT NULL, kind smallint NOT NULL, level integer, value double precision NOT NULL,
  at timestamptz NOT NULL);
INSERT INTO readings
SELECT n, n % 1200, n % 7, nullif(pg_temp.dice(n, 90), 0), n % 1200 + pg_temp.dice(n + 1, 400) / 16.0,
       timestamptz '2024-01-01 00:00:00+00' + n * interval '0.75 second'
FROM generate_series(1, :mb * 1900) AS n;

-- Letters that a campaign's supporters send: its text, then their own words. So it is with form letters, boilerplate and
-- user agents in every real database: much of a row was seen before, but not within the 32 kB that gzip looks back.
CREATE TEMPORARY TABLE stock AS SELECT n AS place, pg_temp.words(n, 40) AS text FROM generate_series(0, 1499) AS n;
CREATE TABLE letters (
  id bigint NOT NULL, author text NOT NULL, subject text, body text NOT NULL, created_at timestamp(3) NOT NULL);
INSERT INTO letters
SELECT n, md5('p' || 1 + pg_temp.dice(n, :mb * 250)), CASE WHEN n % 4 > 0 THEN 'Re: campaign ' || place END,
       text || E'\n\n' || pg_temp.words(n, 4 + pg_temp.dice(n, 12)), timestamp '2024-01-01' + n * interval '11 seconds'
FROM generate_series(1, :mb * 1200) AS n JOIN stock ON place = pg_temp.dice(n + 5, 1500)
ORDER BY n;

CREATE TABLE events (id uuid NOT NULL, person text NOT NULL, detail jsonb NOT NULL, at timestamptz NOT NULL);
INSERT INTO events
SELECT md5('e' || n)::uuid, md5('p' || 1 + pg_temp.dice(n, :mb * 250)),
       jsonb_build_object('type', (ARRAY['view', 'click', 'sign', 'share'])[1 + n % 4], 'path', '/page/' || pg_temp.dice(n, 900),
                          'ms', pg_temp.dice(n + 3, 4000), 'agent', left(text, 110),
                          'tags', jsonb_build_array('t' || n % 12, 't' || n % 31)),
       timestamptz '2024-01-01 00:00:00+00' + n * interval '5 seconds'
FROM generate_series(1, :mb * 600) AS n JOIN stock ON place = pg_temp.dice(n + 9, 1500)
ORDER BY n;

CREATE TABLE tokens (id text NOT NULL, person text NOT NULL, hash text NOT NULL, expires_at timestamp(3) NOT NULL);
INSERT INTO tokens
SELECT md5('t' || n), md5('p' || 1 + pg_temp.dice(n, :mb * 250)), md5('x' || n) || md5('y' || n),
       timestamp '2025-01-01' + n * interval '9 seconds'
FROM generate_series(1, :mb * 250) AS n;

CREATE TABLE files (id integer NOT NULL, name text NOT NULL, content text NOT NULL);
INSERT INTO files
SELECT n, 'file-' || n || '.txt', pg_temp.words(n, 900 + pg_temp.dice(n, 2400)) FROM generate_series(1, :mb * 5) AS n;

ALTER TABLE people ADD PRIMARY KEY (id), ADD UNIQUE (email);
ALTER TABLE readings ADD PRIMARY KEY (id);
CREATE INDEX readings_device_at_idx ON readings (device, at);
ALTER TABLE letters ADD PRIMARY KEY (id), ADD FOREIGN KEY (author) REFERENCES people ON DELETE CASCADE;
ALTER TABLE events ADD PRIMARY KEY (id), ADD FOREIGN KEY (person) REFERENCES people ON DELETE CASCADE;
CREATE INDEX letters_created_at_idx ON letters (created_at);
CREATE INDEX events_person_at_idx ON events (person, at);
ALTER TABLE tokens ADD PRIMARY KEY (id), ADD FOREIGN KEY (person) REFERENCES people ON DELETE CASCADE;
ALTER TABLE files ADD PRIMARY KEY (id);
\endif

\if :dominating
CREATE TABLE ledger (
  id bigint NOT NULL, account integer NOT NULL, amount integer NOT NULL, reference text NOT NULL, memo text,
  booked_at timestamptz NOT NULL);
INSERT INTO ledger
SELECT n, pg_temp.dice(n, 200000), pg_temp.dice(n + 1, 1000000) - 500000, substr(md5('l' || n), 1, 16),
       CASE WHEN n % 3 = 0 THEN pg_temp.words(n, 5) END, timestamptz '2024-01-01 00:00:00+00' + n * interval '0.5 second'
FROM generate_series(1, :mb * 5200) AS n;
ALTER TABLE ledger ADD PRIMARY KEY (id);
CREATE INDEX ledger_account_idx ON ledger (account);
CREATE INDEX ledger_booked_at_idx ON ledger (booked_at);
CREATE UNIQUE INDEX ledger_reference_key ON ledger (reference, id);
SELECT format('CREATE TABLE side_%1$s AS SELECT n AS id, pg_temp.words(n, 8) AS text FROM generate_series(1, 2000) AS n', i),
       format('ALTER TABLE side_%s ADD PRIMARY KEY (id)', i)
FROM generate_series(1, 8) AS i \gexec
\endif

\if :large
-- Large values are strung together from a stock of paragraphs, which is wider than what a compressor looks back over.
CREATE TEMPORARY TABLE paragraphs AS
  SELECT n AS place, pg_temp.words(n, 150) || E'\n' AS text FROM generate_series(0, 8191) AS n;
SELECT CASE :'part' WHEN 'toasted' THEN 1 ELSE 40 END AS tables \gset
SELECT format('CREATE TABLE documents_%s (id bigint PRIMARY KEY, title text NOT NULL, body text NOT NULL)', i),
       format('INSERT INTO documents_%1$s
               SELECT n, ''Document '' || n, string_agg(text, '''' ORDER BY i)
               FROM generate_series(1, %3$s) AS n, generate_series(1, 16) AS i
               JOIN paragraphs AS p ON true
               WHERE n %% %2$s = %1$s AND p.place = (n * 7919 + i * 104729 + n / 512 * i) %% 8192
               GROUP BY n', i, :tables, :mb * 91)
FROM generate_series(0, :tables - 1) AS i \gexec
\endif

VACUUM ANALYZE;
