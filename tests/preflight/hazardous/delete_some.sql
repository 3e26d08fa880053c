-- expect: many-rows-changed:2
DELETE FROM "Session" WHERE "expires" < now() - interval '30 days';
