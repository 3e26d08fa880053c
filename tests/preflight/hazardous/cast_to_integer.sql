-- expect: risky-cast:2 change-type-rewrite:2
ALTER TABLE orders ALTER COLUMN code TYPE integer USING code::integer;
