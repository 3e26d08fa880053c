-- case: a partitioned table is added and filled since
-- expect: lossy
-- says: public.visits
-- check: SELECT to_regclass('public.visits') IS NULL AND to_regclass('public.visits_2026') IS NULL
-- check: SELECT sum(n) = 3 FROM (SELECT (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM ONLY safety_lost.%I', relname), false, true, '')))[1]::text::integer AS n FROM pg_class WHERE relnamespace = 'safety_lost'::regnamespace AND relkind = 'r') s
-- up:
CREATE TABLE visits (id SERIAL, at DATE NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE visits_2025 PARTITION OF visits FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE visits_2026 PARTITION OF visits FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- after:
INSERT INTO visits (at) VALUES ('2025-05-05'), ('2026-05-05'), ('2026-06-06');
