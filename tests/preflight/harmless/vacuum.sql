-- given: prisma
VACUUM (ANALYZE) users;
