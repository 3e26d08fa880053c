-- given: prisma
ANALYZE users;
