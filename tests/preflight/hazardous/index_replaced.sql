-- expect: index-replaced:4
DROP INDEX users_name;

CREATE INDEX users_name ON users (lower(name));
