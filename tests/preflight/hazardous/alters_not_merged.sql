-- expect: alters-not-merged:3
ALTER TABLE users ADD COLUMN a int;
ALTER TABLE users ADD COLUMN b int;
