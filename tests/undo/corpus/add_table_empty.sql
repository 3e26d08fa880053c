-- case: a table is added that nobody used
-- expect: lossless
-- says: public.coupons
-- check: SELECT to_regclass('public.coupons') IS NULL AND to_regclass('public.coupons_id_seq') IS NULL
-- up:
CREATE TABLE coupons (id SERIAL PRIMARY KEY, code TEXT NOT NULL UNIQUE, user_id TEXT REFERENCES users (id));
COMMENT ON TABLE coupons IS 'Not used';
-- after:
UPDATE settings SET value = 'x' WHERE key = 's1';
DELETE FROM users WHERE id = 'u5';
