-- expect: drop-cascade:2
ALTER TABLE users DROP CONSTRAINT users_email_key CASCADE;
