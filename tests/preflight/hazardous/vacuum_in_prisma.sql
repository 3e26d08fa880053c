-- expect: concurrently-in-transaction:3 given: prisma
SELECT 1;
VACUUM users;
