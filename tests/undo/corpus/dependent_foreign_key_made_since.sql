-- case: somebody made a table that refers to the added one after the migration
-- expect: impossible
-- made: public.coupons
-- says: public.coupon_uses
-- up:
CREATE TABLE coupons (id SERIAL PRIMARY KEY, code TEXT);
-- after:
CREATE TABLE coupon_uses (id SERIAL PRIMARY KEY, coupon_id INTEGER REFERENCES coupons (id));
INSERT INTO coupons (code) VALUES ('TEN');
INSERT INTO coupon_uses (coupon_id) VALUES (1);
