-- expect: does-not-parse:3 drop-table:5
CREATE TABLE a (id int PRIMARY KEY);
ALTER TABEL users
  ADD COLUMN x int;
DROP TABLE users;
