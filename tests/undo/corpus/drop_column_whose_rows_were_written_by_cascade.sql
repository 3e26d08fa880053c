-- case: rows of a table that lost a column were updated by ON UPDATE CASCADE and deleted by ON DELETE CASCADE since
-- expect: lossless
-- check: SELECT note = 'note 3' AND user_id = 'U4' FROM orders WHERE id = 'o3'
-- check: SELECT count(*) = 0 FROM orders WHERE user_id IN ('u4', 'u7')
-- before:
DELETE FROM reviews WHERE user_id = 'u4';
-- up:
ALTER TABLE orders DROP COLUMN note;
-- after:
UPDATE users SET id = 'U4' WHERE id = 'u4';
DELETE FROM users WHERE id = 'u7';
