-- expect: table-rewrite:2
ALTER TABLE users SET TABLESPACE fast;
