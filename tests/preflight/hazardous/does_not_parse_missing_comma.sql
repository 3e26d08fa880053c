-- expect: does-not-parse:4
CREATE TABLE a (
  id int
  name text
);
