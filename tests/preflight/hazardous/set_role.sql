-- expect: owner-change:2
SET ROLE admin;
CREATE TABLE a (id int PRIMARY KEY);
