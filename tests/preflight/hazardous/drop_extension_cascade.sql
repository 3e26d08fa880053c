-- expect: drop-cascade:2
DROP EXTENSION citext CASCADE;
