-- case: functions get other bodies and other properties
-- expect: lossless
-- says: public.note_change
-- check: SELECT prosrc LIKE '%TG_TABLE_NAME%' FROM pg_proc WHERE proname = 'note_change'
-- check: SELECT provolatile = 'i' AND proisstrict AND proconfig = '{search_path=pg_catalog}' FROM pg_proc WHERE proname = 'gross'
-- before:
CREATE FUNCTION gross(net NUMERIC, rate NUMERIC DEFAULT 0.05) RETURNS NUMERIC LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog AS $$ SELECT net * (1 + rate) $$;
COMMENT ON FUNCTION gross(NUMERIC, NUMERIC) IS 'With tax';
-- up:
CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE OR REPLACE FUNCTION gross(net NUMERIC, rate NUMERIC DEFAULT 0.06) RETURNS NUMERIC LANGUAGE sql STABLE AS $$ SELECT net * (1 + rate) $$;
-- after:
UPDATE users SET name = 'not audited' WHERE id = 'u3';
