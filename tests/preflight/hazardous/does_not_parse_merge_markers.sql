-- expect: does-not-parse:3
CREATE TABLE a (id int PRIMARY KEY);
<<<<<<< HEAD
CREATE TABLE b (id int PRIMARY KEY);
=======
CREATE TABLE c (id int PRIMARY KEY);
>>>>>>> feature
