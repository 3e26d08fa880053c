-- case: an enum that nobody used is dropped, another added
-- expect: lossless
-- check: SELECT enum_range(NULL::mood)::text = '{sad,"so so",glad}'
-- before:
CREATE TYPE mood AS ENUM ('sad', 'so so', 'glad');
COMMENT ON TYPE mood IS 'Not used';
-- up:
DROP TYPE mood;
CREATE TYPE colour AS ENUM ('red');
-- after:
INSERT INTO settings VALUES ('new', 'row');
