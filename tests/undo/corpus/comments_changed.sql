-- case: comments are set, changed and taken away
-- expect: lossless
-- check: SELECT obj_description('users'::regclass) = 'People who may log in' AND obj_description('orders'::regclass) IS NULL
-- check: SELECT obj_description('big_spenders'::regclass) = 'For the newsletter'
-- up:
COMMENT ON TABLE users IS 'Persons';
COMMENT ON COLUMN users.phone IS NULL;
COMMENT ON TABLE orders IS E'It''s\n"new"';
COMMENT ON COLUMN orders.note IS 'Of the customer';
COMMENT ON VIEW big_spenders IS NULL;
COMMENT ON TYPE order_status IS 'How far it is';
COMMENT ON FUNCTION note_change() IS 'Audits';
COMMENT ON CONSTRAINT products_price_check ON products IS 'No presents';
COMMENT ON TRIGGER users_audit ON users IS 'Audits';
COMMENT ON SEQUENCE jobs_id_seq IS 'Numbers';
-- after:
UPDATE orders SET note = 'x' WHERE id = 'o3';
