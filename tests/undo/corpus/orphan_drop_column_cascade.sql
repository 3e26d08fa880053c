-- case: a required foreign key column is dropped and a user that it named is deleted since: the row that stayed has nowhere to point to
-- expect: impossible
-- says: public.addresses.user_id
-- up:
ALTER TABLE addresses DROP COLUMN user_id;
-- after:
DELETE FROM users WHERE id = 'u290';
