SET statement_timeout = 0;
CREATE INDEX CONCURRENTLY a_idx ON a (x);
CREATE INDEX CONCURRENTLY b_idx ON b (x);
