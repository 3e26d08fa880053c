-- expect: add-unique:2
ALTER TABLE users ADD COLUMN code text DEFAULT 'none' UNIQUE;
