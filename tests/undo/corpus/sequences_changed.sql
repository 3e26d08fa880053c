-- case: sequences are added, dropped, owned by others, get other types and steps
-- expect: lossless
-- says: public.ticket_numbers
-- check: SELECT last_value = 41 FROM ticket_numbers
-- check: SELECT seqincrement = 1 AND seqmax = 2147483647 AND NOT seqcycle FROM pg_sequence WHERE seqrelid = 'jobs_id_seq'::regclass
-- check: SELECT last_value = 251 FROM jobs_id_seq
-- check: SELECT pg_get_serial_sequence('settings', 'value') = 'public.owned'
-- before:
CREATE SEQUENCE ticket_numbers AS smallint INCREMENT 2 MINVALUE 1 MAXVALUE 999 START 31 CACHE 1 CYCLE;
SELECT setval('ticket_numbers', 41);
COMMENT ON SEQUENCE ticket_numbers IS 'By hand';
CREATE SEQUENCE owned OWNED BY settings.value;
-- up:
DROP SEQUENCE ticket_numbers;
CREATE SEQUENCE new_numbers;
ALTER SEQUENCE jobs_id_seq AS BIGINT INCREMENT 1 MAXVALUE 4000000000 CYCLE;
ALTER SEQUENCE owned OWNED BY NONE;
-- after:
INSERT INTO jobs (kind) VALUES ('new');
SELECT nextval('new_numbers');
