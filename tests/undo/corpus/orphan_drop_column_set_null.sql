-- case: a foreign key column is dropped and some users that it named are deleted since: ON DELETE SET NULL, as it would have been
-- expect: lossy
-- says: public.reviews.user_id
-- check: SELECT user_id IS NULL AND body = 'Review 11' FROM reviews WHERE id = 11
-- check: SELECT user_id = 'u289' FROM reviews WHERE id = 12
-- check: SELECT count(*) = 300 FROM reviews
-- up:
ALTER TABLE reviews DROP COLUMN user_id;
-- after:
DELETE FROM users WHERE id = 'u290';
UPDATE reviews SET stars = 1 WHERE id = 12;
