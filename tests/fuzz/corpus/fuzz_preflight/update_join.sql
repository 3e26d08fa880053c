-- expect: many-rows-changed:2
UPDATE posts p SET author = u.name FROM users u WHERE u.id = p.author_id;
