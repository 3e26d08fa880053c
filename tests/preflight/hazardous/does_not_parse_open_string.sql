-- expect: drop-table:2 does-not-parse:3
DROP TABLE users;
INSERT INTO t VALUES ('it's);
