-- case: a varchar may be longer, and is not
-- expect: lossless
-- says: public.addresses.postal_code
-- check: SELECT postal_code = 'T5J 0N3' FROM addresses WHERE id = 'a5'
-- up:
ALTER TABLE addresses ALTER COLUMN postal_code TYPE VARCHAR(32);
-- after:
UPDATE addresses SET postal_code = 'T5J 0N3' WHERE id = 'a5';
INSERT INTO addresses (id, user_id, line1, postal_code) VALUES ('new1', 'u1', 'x', '0123456789');
