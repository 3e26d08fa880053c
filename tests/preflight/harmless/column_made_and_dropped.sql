ALTER TABLE users ADD COLUMN old_name text;
ALTER TABLE users DROP COLUMN old_name;
