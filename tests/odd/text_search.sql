-- Text search: parsers, templates, dictionaries, configurations, and columns that hold their results.
CREATE SCHEMA odd;
CREATE TEXT SEARCH TEMPLATE odd.simple_again (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH PARSER odd."parser; odd" (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH DICTIONARY odd.plain (TEMPLATE = odd.simple_again, ACCEPT = false);
CREATE TEXT SEARCH DICTIONARY odd.snow (TEMPLATE = snowball, LANGUAGE = german, STOPWORDS = german);
CREATE TEXT SEARCH CONFIGURATION odd."config; odd" (PARSER = odd."parser; odd");
ALTER TEXT SEARCH CONFIGURATION odd."config; odd" ADD MAPPING FOR asciiword, word WITH odd.plain, odd.snow, simple;
ALTER TEXT SEARCH CONFIGURATION odd."config; odd" ADD MAPPING FOR url, email WITH simple;
CREATE TEXT SEARCH CONFIGURATION odd.copied (COPY = english);
ALTER TEXT SEARCH CONFIGURATION odd.copied DROP MAPPING FOR email;
CREATE TEXT SEARCH CONFIGURATION odd.no_mappings (PARSER = "default");
COMMENT ON TEXT SEARCH CONFIGURATION odd.copied IS 'configuration comment';
COMMENT ON TEXT SEARCH DICTIONARY odd.snow IS 'dictionary comment';
COMMENT ON TEXT SEARCH PARSER odd."parser; odd" IS 'parser comment';
COMMENT ON TEXT SEARCH TEMPLATE odd.simple_again IS 'template comment';
CREATE TABLE odd.documents (id integer PRIMARY KEY, body text, config regconfig DEFAULT 'odd.copied',
  words tsvector GENERATED ALWAYS AS (to_tsvector('odd."config; odd"', body)) STORED);
INSERT INTO odd.documents (id, body) VALUES (1, 'Die Häuser an der See'), (2, NULL), (3, 'It''s \ a "word"'), (4, '');
CREATE INDEX documents_words ON odd.documents USING gin (words) WITH (fastupdate = off);
CREATE INDEX documents_expression ON odd.documents USING gist (to_tsvector('odd.copied', coalesce(body, '')));
