-- case: a view gets a column and another condition
-- expect: lossless
-- says: public.big_spenders
-- check: SELECT count(*) = 3 FROM pg_attribute WHERE attrelid = 'big_spenders'::regclass AND attnum > 0 AND NOT attisdropped
-- check: SELECT obj_description('big_spenders'::regclass) = 'For the newsletter'
-- up:
CREATE OR REPLACE VIEW big_spenders AS SELECT t.user_id, u.email, t.total, u.name FROM order_totals t JOIN users u ON u.id = t.user_id WHERE t.total > 100;
-- after:
INSERT INTO orders (id, user_id, total) VALUES ('new1', 'u1', 3000);
