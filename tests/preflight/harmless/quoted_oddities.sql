CREATE TABLE "select ""x"" ; drop" ("from;" int, "ä" text DEFAULT ';');
CREATE INDEX ON "select ""x"" ; drop" ("from;");
