-- expect: add-required-column:3
ALTER TABLE users ADD COLUMN a int,
 ADD COLUMN IF NOT EXISTS b int NOT NULL;
