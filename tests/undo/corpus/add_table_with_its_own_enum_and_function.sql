-- case: a table is added with an enum, a domain, a function in its default and a trigger, and used
-- expect: lossy
-- check: SELECT code = 'C-1' AND kind::text = 'FREE' FROM safety_lost."public.coupons 20260101_000000" LIMIT 1
-- up:
CREATE TYPE coupon_kind AS ENUM ('PERCENT', 'FREE');
CREATE DOMAIN percentage AS INTEGER CHECK (VALUE BETWEEN 0 AND 100);
CREATE SEQUENCE coupon_codes;
CREATE FUNCTION next_code() RETURNS text LANGUAGE sql AS $$ SELECT 'C-' || nextval('coupon_codes') $$;
CREATE TABLE coupons (id SERIAL PRIMARY KEY, code TEXT NOT NULL DEFAULT next_code(), kind coupon_kind NOT NULL, percent percentage, updated_at TIMESTAMP);
CREATE TRIGGER coupons_updated_at BEFORE UPDATE ON coupons FOR EACH ROW EXECUTE FUNCTION set_updated_at();
-- after:
INSERT INTO coupons (kind, percent) VALUES ('FREE', 100);
UPDATE coupons SET percent = 50;
