-- case: indexes, constraints, triggers, sequences, views and functions are renamed
-- expect: lossless
-- check: SELECT count(*) = 4 FROM pg_class WHERE relname IN ('users_role_idx', 'jobs_id_seq', 'product_titles', 'category_sizes')
-- check: SELECT count(*) = 2 FROM pg_constraint WHERE conname IN ('products_price_check', 'orders_user_id_fkey')
-- check: SELECT last_value = 252 FROM jobs_id_seq
-- up:
ALTER INDEX users_role_idx RENAME TO users_by_role;
ALTER TABLE orders RENAME CONSTRAINT orders_user_id_fkey TO orders_of_user;
ALTER TABLE products RENAME CONSTRAINT products_price_check TO no_presents;
ALTER TABLE users RENAME CONSTRAINT users_pkey TO users_key;
ALTER TRIGGER users_audit ON users RENAME TO users_noted;
ALTER SEQUENCE jobs_id_seq RENAME TO job_numbers;
ALTER VIEW product_titles RENAME TO titles;
ALTER VIEW order_totals RENAME COLUMN orders TO order_count;
ALTER MATERIALIZED VIEW category_sizes RENAME TO sizes;
ALTER FUNCTION note_change() RENAME TO note_it;
-- after:
INSERT INTO jobs (kind) VALUES ('new'), ('new');
UPDATE orders SET note = 'x' WHERE id = 'o3';
