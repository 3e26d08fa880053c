-- expect: drop-table
DO $$ BEGIN EXECUTE 'DROP TABLE legacy'; END $$;
