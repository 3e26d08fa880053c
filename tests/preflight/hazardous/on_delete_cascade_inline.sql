-- expect: on-delete-cascade:4
CREATE TABLE comments (
  id bigint PRIMARY KEY,
  post_id bigint NOT NULL REFERENCES posts (id) ON DELETE CASCADE
);
CREATE INDEX ON comments (post_id);
