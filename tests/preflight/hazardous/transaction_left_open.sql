-- expect: transaction-left-open:2
BEGIN;
ALTER TABLE users ADD COLUMN a int;
