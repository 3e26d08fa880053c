-- expect: truncate:2
TRUNCATE TABLE ONLY "Session", "Token" RESTART IDENTITY;
