-- expect: psql-command:2 psql-command:3 drop-table:4 psql-command:5 given: prisma
\set ON_ERROR_STOP on
\i other.sql
DROP TABLE users;
SELECT 'x' \gexec
