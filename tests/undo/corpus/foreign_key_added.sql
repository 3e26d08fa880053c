-- case: foreign keys are added between columns that were there
-- expect: lossless
-- says: audit_log_row_id_fkey
-- check: SELECT count(*) = 0 FROM pg_constraint WHERE conname IN ('audit_log_row_id_fkey', 'orders_note_fkey')
-- up:
ALTER TABLE audit_log ADD CONSTRAINT audit_log_row_id_fkey FOREIGN KEY (row_id) REFERENCES users (id) NOT VALID;
ALTER TABLE addresses ADD CONSTRAINT orders_note_fkey FOREIGN KEY (user_id) REFERENCES users (email) ON DELETE RESTRICT NOT VALID;
-- after:
UPDATE videos SET title = 'x' WHERE id = 3;
