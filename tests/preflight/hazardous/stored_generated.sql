-- expect: add-stored-generated:2
ALTER TABLE docs ADD COLUMN ts tsvector GENERATED ALWAYS AS (to_tsvector('english', body)) STORED;
