-- expect: rename-enum-value:2
ALTER TYPE "Role" RENAME VALUE 'USER' TO 'MEMBER';
