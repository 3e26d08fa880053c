-- expect: unqualified-name:3
SET search_path TO audit, public;
CREATE TABLE log (id int PRIMARY KEY);
