-- case: columns and tables with capitals, spaces, quotes, umlauts, keywords and 63 bytes
-- expect: lossless
-- check: SELECT "Größe (cm)" = 3 AND "select" = 's3' AND "it's ""quoted""" = 'q3' FROM "Odd Schema"."Order Lines; --" WHERE "Id" = 3
-- check: SELECT "Größe (cm)" IS NULL AND "select" = 'it''s' FROM "Odd Schema"."Order Lines; --" WHERE "Id" = 41
-- check: SELECT a_name_that_is_as_long_as_names_may_be_in_this_server_63_bytesx = 7 FROM "user" WHERE "order" = 7
-- before:
CREATE SCHEMA "Odd Schema";
CREATE TABLE "Odd Schema"."Order Lines; --" ("Id" SERIAL PRIMARY KEY, "Größe (cm)" INTEGER, "it's ""quoted""" TEXT, "select" TEXT DEFAULT 'it''s', "Keep Me" TEXT);
CREATE INDEX "Index with ""quotes""" ON "Odd Schema"."Order Lines; --" ("Größe (cm)", "select");
INSERT INTO "Odd Schema"."Order Lines; --" ("Größe (cm)", "it's ""quoted""", "select") SELECT g, 'q' || g, 's' || g FROM generate_series(1, 40) g;
CREATE TABLE "user" ("order" INTEGER PRIMARY KEY, a_name_that_is_as_long_as_names_may_be_in_this_server_63_bytesx INTEGER, "group" TEXT);
INSERT INTO "user" SELECT g, g, 'g' FROM generate_series(1, 40) g;
-- up:
ALTER TABLE "Odd Schema"."Order Lines; --" DROP COLUMN "Größe (cm)", DROP COLUMN "it's ""quoted""", DROP COLUMN "select";
ALTER TABLE "user" DROP COLUMN a_name_that_is_as_long_as_names_may_be_in_this_server_63_bytesx;
-- after:
INSERT INTO "Odd Schema"."Order Lines; --" ("Keep Me") VALUES ('new');
UPDATE "user" SET "group" = 'x' WHERE "order" = 7;
DELETE FROM "user" WHERE "order" = 8;
