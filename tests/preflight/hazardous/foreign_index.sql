-- expect: foreign-object-change:2 given: drizzle prisma:User
CREATE INDEX ON "User" (email);
