-- case: a dropped table comes back without the rows whose parents were deleted since: ON DELETE CASCADE
-- expect: lossy
-- says: public.reviews
-- check: SELECT count(*) = 298 FROM reviews
-- check: SELECT count(*) = 0 FROM reviews WHERE product_id IN (250, 251)
-- up:
DROP TABLE reviews;
-- after:
DELETE FROM products WHERE id IN (250, 251);
