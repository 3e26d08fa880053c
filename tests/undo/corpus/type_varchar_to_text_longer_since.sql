-- case: a varchar becomes a text, and longer values were written since
-- expect: impossible
-- says: public.addresses.postal_code
-- says: much longer than ten
-- up:
ALTER TABLE addresses ALTER COLUMN postal_code TYPE TEXT;
-- after:
UPDATE addresses SET postal_code = 'much longer than ten' WHERE id = 'a5';
