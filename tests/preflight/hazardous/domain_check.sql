-- expect: add-check:2 add-check:3
ALTER DOMAIN positive ADD CONSTRAINT is_positive CHECK (VALUE > 0);
ALTER DOMAIN positive SET NOT NULL;
