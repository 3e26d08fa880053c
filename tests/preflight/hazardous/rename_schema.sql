-- expect: rename-schema:2
ALTER SCHEMA billing RENAME TO payments;
