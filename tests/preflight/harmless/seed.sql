INSERT INTO settings (name, value) VALUES ('a', 'DROP TABLE users; -- no'), ('b', E'it\'s') ON CONFLICT DO NOTHING;
