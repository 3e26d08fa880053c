-- case: several tables are added which refer to each other and to older ones; older ones refer to them
-- expect: lossy
-- says: public.coupons
-- says: public.orders.coupon_id
-- check: SELECT count(*) = 2 FROM safety_lost."public.coupons 20260101_000000"
-- check: SELECT count(*) = 1 FROM safety_lost."public.coupon_uses 20260101_000000"
-- check: SELECT count(*) FILTER (WHERE coupon_id = 1) = 1 FROM safety_lost."public.orders.coupon_id 20260101_000000"
-- up:
CREATE TABLE coupons (id SERIAL PRIMARY KEY, code TEXT NOT NULL, first_use INTEGER);
CREATE TABLE coupon_uses (id SERIAL PRIMARY KEY, coupon_id INTEGER NOT NULL REFERENCES coupons (id) ON DELETE CASCADE, order_id TEXT REFERENCES orders (id) ON DELETE CASCADE);
ALTER TABLE coupons ADD FOREIGN KEY (first_use) REFERENCES coupon_uses (id);
ALTER TABLE orders ADD COLUMN coupon_id INTEGER REFERENCES coupons (id);
-- after:
INSERT INTO coupons (code) VALUES ('TEN'), ('TWENTY');
INSERT INTO coupon_uses (coupon_id, order_id) VALUES (1, 'o1');
UPDATE coupons SET first_use = 1 WHERE id = 1;
UPDATE orders SET coupon_id = 1 WHERE id = 'o1';
