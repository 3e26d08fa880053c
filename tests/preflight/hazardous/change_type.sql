-- expect: change-type-rewrite:2
ALTER TABLE events ALTER COLUMN id TYPE bigint;
