-- expect: add-unique:3
CREATE TABLE IF NOT EXISTS media (id int PRIMARY KEY, path text);
CREATE UNIQUE INDEX media_path ON media (path);
