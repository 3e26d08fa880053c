-- expect: not-repeatable:3 given: prisma split
CREATE TABLE IF NOT EXISTS a (id int PRIMARY KEY);
CREATE INDEX a_id ON a (id);
