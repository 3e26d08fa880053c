-- expect: no-statement-timeout:3
SET lock_timeout = '2s';
CREATE INDEX users_city ON users (city);
