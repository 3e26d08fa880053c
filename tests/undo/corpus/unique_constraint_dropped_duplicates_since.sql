-- case: a unique constraint over two columns is dropped, and a pair was used twice since
-- expect: impossible
-- says: reviews_once
-- says: u296
-- up:
ALTER TABLE reviews DROP CONSTRAINT reviews_once;
-- after:
INSERT INTO reviews (product_id, user_id, stars) VALUES (5, 'u296', 1);
INSERT INTO reviews (product_id, user_id, stars) VALUES (6, NULL, 1), (6, NULL, 2);
