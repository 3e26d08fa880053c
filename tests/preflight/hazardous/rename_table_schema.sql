-- expect: rename-table:2
ALTER TABLE users SET SCHEMA auth;
