-- expect: drop-cascade:2
DROP VIEW IF EXISTS active_users CASCADE;
