-- expect: concurrently-in-transaction:3
BEGIN;
DROP INDEX CONCURRENTLY users_name;
COMMIT;
