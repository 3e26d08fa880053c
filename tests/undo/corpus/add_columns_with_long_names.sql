-- case: columns with names of 63 bytes, which differ at the end, are added and written: each is kept under a name that fits
-- expect: lossy
-- check: SELECT count(*) = 2 FROM pg_class WHERE relnamespace = 'safety_lost'::regnamespace AND relkind = 'r'
-- up:
ALTER TABLE settings ADD COLUMN a_name_that_is_as_long_as_names_may_be_in_this_server_63_bytes1 TEXT;
ALTER TABLE settings ADD COLUMN a_name_that_is_as_long_as_names_may_be_in_this_server_63_bytes2 TEXT;
-- after:
UPDATE settings SET a_name_that_is_as_long_as_names_may_be_in_this_server_63_bytes1 = 'one', a_name_that_is_as_long_as_names_may_be_in_this_server_63_bytes2 = 'two' WHERE key = 's1';
