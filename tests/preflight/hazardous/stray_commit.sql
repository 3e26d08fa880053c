-- expect: stray-commit:3 given: prisma
ALTER TABLE users ADD COLUMN a int;
COMMIT;
