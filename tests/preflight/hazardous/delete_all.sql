-- expect: delete-without-where:2
DELETE FROM "Session";
