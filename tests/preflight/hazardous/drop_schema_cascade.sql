-- expect: drop-schema:2 drop-cascade:2
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
