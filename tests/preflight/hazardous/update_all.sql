-- expect: update-without-where:2
UPDATE "User" SET "role" = 'MEMBER';
