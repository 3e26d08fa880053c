-- case: a dropped table comes back, and names nobody where the user was deleted since: ON DELETE SET NULL
-- expect: lossy
-- says: public.reviews
-- check: SELECT count(*) = 300 FROM reviews
-- check: SELECT user_id IS NULL AND body = 'Review 11' FROM reviews WHERE id = 11
-- check: SELECT count(*) FILTER (WHERE user_id IS NULL) = 2 FROM reviews
-- up:
DROP TABLE reviews;
-- after:
DELETE FROM users WHERE id IN ('u290', 'u291');
