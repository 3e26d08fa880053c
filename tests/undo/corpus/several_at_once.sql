-- case: a migration of many kinds: columns come, go and change, tables come and go, constraints, views, functions
-- expect: lossy
-- says: public.users.phone
-- says: public.settings
-- says: public.coupons
-- check: SELECT phone = '+1 780 555 0003' AND birth_year = 1999 FROM users WHERE id = 'u3'
-- check: SELECT birth_year = 1954 FROM users WHERE id = 'u4'
-- check: SELECT count(*) = 1 FROM safety_lost."public.coupons 20260101_000000"
-- check: SELECT value = 'value 9' FROM settings WHERE key = 's9'
-- check: SELECT duration_seconds = 30 FROM videos WHERE id = 3
-- up:
ALTER TABLE users DROP COLUMN phone, ALTER COLUMN birth_year TYPE TEXT, ADD COLUMN locale TEXT DEFAULT 'en';
DROP TABLE settings;
CREATE TABLE coupons (code TEXT PRIMARY KEY, order_id TEXT REFERENCES orders (id) ON DELETE CASCADE);
ALTER TABLE products DROP CONSTRAINT products_price_check;
DROP VIEW product_titles;
CREATE VIEW locales AS SELECT locale, count(*) FROM users GROUP BY locale;
CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
ALTER TABLE videos ALTER COLUMN duration_seconds TYPE INTERVAL USING duration_seconds * interval '1 second';
ALTER TYPE order_status ADD VALUE 'REFUNDED';
-- after:
INSERT INTO users (id, email, locale) VALUES ('n1', 'n1@example.org', 'fr');
UPDATE users SET birth_year = '1999' WHERE id = 'u3';
INSERT INTO coupons VALUES ('TEN', 'o1');
UPDATE products SET price = 0.5 WHERE id = 3;
DELETE FROM videos WHERE id = 4;
DELETE FROM users WHERE id = 'u8';
