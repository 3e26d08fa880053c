-- expect: suppression-without-reason:2 drop-table:3
-- safety:allow drop-table
DROP TABLE users;
