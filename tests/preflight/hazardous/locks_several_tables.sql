-- expect: locks-several-tables:4 given: prisma
ALTER TABLE a ADD COLUMN x int;
ALTER TABLE b ADD COLUMN x int;
ALTER TABLE c ADD COLUMN x int;
