-- expect: suppression-unused:2
-- safety:allow drop-table it was empty
CREATE TABLE users (id int PRIMARY KEY);
