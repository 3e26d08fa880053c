-- case: a foreign key gets another action and becomes deferrable
-- expect: lossless
-- says: orders_user_id_fkey
-- check: SELECT confdeltype = 'c' AND confupdtype = 'c' AND NOT condeferrable FROM pg_constraint WHERE conname = 'orders_user_id_fkey'
-- up:
ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey, ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE jobs ALTER CONSTRAINT jobs_video_id_fkey DEFERRABLE;
-- after:
INSERT INTO orders (id, user_id, total) VALUES ('new1', 'u1', 3);
DELETE FROM orders WHERE user_id = 'u9';
DELETE FROM users WHERE id = 'u9';
