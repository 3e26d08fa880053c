-- expect: nested-transaction:3
BEGIN;
START TRANSACTION;
ALTER TABLE users ADD COLUMN a int;
COMMIT;
