-- case: functions are dropped, added and made anew with other arguments and results
-- expect: lossless
-- check: SELECT gross(100) = 105.00
-- check: SELECT count(*) = 1 FROM pg_proc WHERE proname IN ('gross', 'net', 'spent')
-- before:
CREATE FUNCTION gross(net NUMERIC) RETURNS NUMERIC LANGUAGE sql AS $$ SELECT net * 1.05 $$;
GRANT EXECUTE ON FUNCTION gross(NUMERIC) TO PUBLIC;
CREATE PROCEDURE tidy(age INTEGER) LANGUAGE sql AS $$ DELETE FROM events WHERE happened_at < now() - age * interval '1 day' $$;
CREATE AGGREGATE product_of(INTEGER) (SFUNC = int4mul, STYPE = INTEGER, INITCOND = '1');
-- up:
DROP FUNCTION gross(NUMERIC);
CREATE FUNCTION gross(net NUMERIC, rate NUMERIC) RETURNS DOUBLE PRECISION LANGUAGE sql AS $$ SELECT (net * rate)::float8 $$;
CREATE FUNCTION spent(u users) RETURNS NUMERIC LANGUAGE sql AS $$ SELECT sum(total) FROM orders WHERE user_id = u.id $$;
DROP PROCEDURE tidy(INTEGER);
DROP AGGREGATE product_of(INTEGER);
CREATE AGGREGATE sum_of(INTEGER) (SFUNC = int4pl, STYPE = INTEGER, INITCOND = '0');
-- after:
INSERT INTO settings VALUES ('new', 'row');
