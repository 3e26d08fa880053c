-- expect: psql-command:2 psql-command:4 given: prisma
\restrict abc
SELECT 1;
\unrestrict abc
