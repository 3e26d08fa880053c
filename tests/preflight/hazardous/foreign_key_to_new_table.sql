-- expect: add-foreign-key:3
CREATE TABLE countries (code text PRIMARY KEY);
ALTER TABLE users ADD FOREIGN KEY (country) REFERENCES countries (code);
