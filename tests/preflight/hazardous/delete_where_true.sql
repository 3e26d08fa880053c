-- expect: delete-without-where:2
DELETE FROM "Session" WHERE 1 = 1;
