-- expect: mixed-definitions-and-rows:3
ALTER TABLE users ADD COLUMN a int;
INSERT INTO settings VALUES ('a', 1);
