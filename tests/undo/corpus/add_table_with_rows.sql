-- case: a table is added and filled since: its rows are kept aside
-- expect: lossy
-- says: public.coupons
-- check: SELECT count(*) = 3 FROM safety_lost."public.coupons 20260101_000000"
-- check: SELECT percent = 20 FROM safety_lost."public.coupons 20260101_000000" WHERE code = 'TWENTY'
-- check: SELECT to_regclass('public.coupons') IS NULL
-- up:
CREATE TABLE coupons (id SERIAL PRIMARY KEY, code TEXT NOT NULL UNIQUE, percent INTEGER NOT NULL CHECK (percent > 0));
-- after:
INSERT INTO coupons (code, percent) VALUES ('TEN', 10), ('TWENTY', 20), ('THIRTY', 30);
UPDATE settings SET value = 'x' WHERE key = 's1';
