-- given: server=180000
ALTER TABLE users ADD COLUMN full_name text GENERATED ALWAYS AS (first || last) VIRTUAL;
