-- case: columns of tables with updated_at and audit triggers come back: nothing is audited, no time changes
-- expect: lossless
-- check: SELECT note = 'note 3' AND updated_at = '2025-06-01' FROM orders WHERE id = 'o3'
-- check: SELECT phone = '+1 780 555 0001' AND updated_at = '2025-06-01 00:01' FROM users WHERE id = 'u1'
-- check: SELECT count(*) = 3 FROM audit_log WHERE id > (SELECT max(id) - 3 FROM audit_log) AND row_id IN ('n1', 'on1', 'o2')
-- up:
ALTER TABLE orders DROP COLUMN note;
ALTER TABLE users DROP COLUMN phone;
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
INSERT INTO orders (id, user_id, total) VALUES ('on1', 'n1', 3);
UPDATE orders SET status = 'PAID' WHERE id = 'o2';
