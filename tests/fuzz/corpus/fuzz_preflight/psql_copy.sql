-- expect: psql-command:2 drop-table:6 given: prisma
COPY users (id, name) FROM stdin;
1	Anna; DROP TABLE posts;
2	Bert
\.
DROP TABLE sessions;
