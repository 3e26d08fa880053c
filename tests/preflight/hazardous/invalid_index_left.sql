-- expect: invalid-index-left:2
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_city ON users (city);
