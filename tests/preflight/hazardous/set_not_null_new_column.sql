-- expect: set-not-null:3
ALTER TABLE users ADD COLUMN city text;
ALTER TABLE users ALTER COLUMN city SET NOT NULL;
