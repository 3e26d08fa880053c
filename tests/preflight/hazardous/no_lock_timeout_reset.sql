-- expect: no-lock-timeout:3
SET lock_timeout = 0;
ALTER TABLE users ADD COLUMN city text;
