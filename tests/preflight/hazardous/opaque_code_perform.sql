-- expect: opaque-code:2
DO $$ BEGIN PERFORM cleanup(); END $$;
