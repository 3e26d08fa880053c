-- expect: volatile-default:2
ALTER TABLE users ADD COLUMN code text DEFAULT make_code();
