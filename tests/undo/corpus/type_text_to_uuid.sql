-- case: text becomes a uuid, which writes it another way
-- expect: lossless
-- says: public.tokens.token
-- check: SELECT token = 'A0EEBC99-9C0B-4EF8-BB6D-000000000005' FROM tokens WHERE id = 5
-- before:
CREATE TABLE tokens (id SERIAL PRIMARY KEY, token TEXT NOT NULL UNIQUE, used BOOLEAN DEFAULT false);
INSERT INTO tokens (token) SELECT 'A0EEBC99-9C0B-4EF8-BB6D-' || lpad(g::text, 12, '0') FROM generate_series(1, 50) g;
-- up:
ALTER TABLE tokens ALTER COLUMN token TYPE UUID USING token::uuid;
-- after:
INSERT INTO tokens (token) VALUES ('b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
UPDATE tokens SET used = true WHERE id = 5;
DELETE FROM tokens WHERE id = 6;
