-- expect: enum-value-removal:2
DELETE FROM pg_enum WHERE enumlabel = 'LEGACY' AND enumtypid = (SELECT oid FROM pg_type WHERE typname = 'role');
