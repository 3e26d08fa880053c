-- expect: unqualified-name:3
SELECT pg_catalog.set_config('search_path', 'audit', false);
CREATE TABLE log (id int PRIMARY KEY);
