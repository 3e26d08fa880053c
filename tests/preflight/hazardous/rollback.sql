-- expect: rollback-in-migration:4
BEGIN;
ALTER TABLE users ADD COLUMN a int;
ROLLBACK;
