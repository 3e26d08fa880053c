-- expect: rename-table:2
ALTER TABLE "User" RENAME TO "Account";
