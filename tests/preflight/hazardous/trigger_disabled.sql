-- expect: trigger-change:2
ALTER TABLE users DISABLE TRIGGER ALL;
