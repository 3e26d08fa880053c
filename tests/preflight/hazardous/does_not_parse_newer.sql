-- expect: does-not-parse:2
ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT ENFORCED;
