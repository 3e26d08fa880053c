-- case: a foreign key is dropped, and its parents were deleted since
-- expect: impossible
-- says: reviews_product_id_fkey
-- up:
ALTER TABLE reviews DROP CONSTRAINT reviews_product_id_fkey;
-- after:
DELETE FROM products WHERE id IN (240, 241);
