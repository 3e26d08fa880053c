-- expect: concurrently-in-transaction:2 given: drizzle
CREATE INDEX CONCURRENTLY "i" ON "media" ("path");
