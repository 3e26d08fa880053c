-- expect: suppression-of-unknown-rule:2 drop-table:3
-- safety:allow drop-tabel nobody reads it
DROP TABLE users;
