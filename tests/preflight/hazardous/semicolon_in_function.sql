-- expect: semicolon-inside-statement:3 given: prisma split
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.updated = now(); RETURN NEW; END $$;
