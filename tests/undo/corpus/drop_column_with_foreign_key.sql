-- case: a column goes with its foreign key and the unique constraint that it was in
-- expect: lossless
-- says: public.reviews.user_id
-- check: SELECT user_id = 'u290' FROM reviews WHERE id = 11
-- check: SELECT user_id IS NULL FROM reviews WHERE id = 301
-- check: SELECT count(*) = 2 FROM pg_constraint WHERE conrelid = 'reviews'::regclass AND conname IN ('reviews_once', 'reviews_user_id_fkey')
-- up:
ALTER TABLE reviews DROP COLUMN user_id;
-- after:
INSERT INTO reviews (product_id, stars, body) VALUES (11, 2, 'again'), (11, 3, 'and again');
UPDATE reviews SET stars = 1 WHERE id = 11;
DELETE FROM reviews WHERE id = 12;
