-- expect: drop-table:4
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_tables WHERE tablename = 'legacy') THEN
    DROP TABLE legacy;
  END IF;
END $$;
