COPY t FROM stdin; SELECT 0;
\.x
\\.
1	2
\.
\connect x
COPY u FROM stdin;
\.