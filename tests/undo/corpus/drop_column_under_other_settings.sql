-- case: values travel unharmed where the database's settings write dates, intervals, floats and bytes in another way
-- expect: lossless
-- check: SELECT d = date '2025-03-04' AND f = 0.1::float8 + 0.2::float8 AND y = decode('005c0aff', 'hex') AND i = make_interval(years => -1, months => -2, days => 3) FROM public.moments WHERE id = 1
-- check: SELECT t = make_timestamptz(2025, 3, 4, 5, 6, 7.000008, 'UTC') AND k = E'back\\slash' FROM public.moments WHERE id = 1
-- check: SELECT count(*) = 2 FROM public.moments
-- before:
CREATE TABLE moments (id INTEGER PRIMARY KEY, d DATE, t TIMESTAMPTZ, f DOUBLE PRECISION, y BYTEA, i INTERVAL, k TEXT, keep TEXT);
INSERT INTO moments VALUES (1, '2025-03-04', '2025-03-04 05:06:07.000008+00', 0.1::float8 + 0.2::float8, '\x005c0aff', '-1 year -2 months +3 days', E'back\\slash', 'keep');
DO $$
DECLARE setting text;
BEGIN
  FOREACH setting IN ARRAY ARRAY['DateStyle = ''SQL, DMY''', 'IntervalStyle = ''sql_standard''', 'extra_float_digits = -10', 'bytea_output = ''escape''', 'TimeZone = ''Asia/Kathmandu''',
                                 'search_path = pg_catalog', 'quote_all_identifiers = on', 'default_transaction_isolation = ''repeatable read''', 'array_nulls = off', 'xmlbinary = hex',
                                 'check_function_bodies = off', 'default_tablespace = ''pg_default''', 'default_table_access_method = ''heap''', 'transform_null_equals = on'] LOOP
    EXECUTE format('ALTER DATABASE %I SET %s', current_database(), setting);
  END LOOP;
END $$;
-- up:
ALTER TABLE public.moments DROP COLUMN d, DROP COLUMN t, DROP COLUMN f, DROP COLUMN y, DROP COLUMN i, DROP COLUMN k;
-- after:
INSERT INTO public.moments VALUES (2, 'new');
