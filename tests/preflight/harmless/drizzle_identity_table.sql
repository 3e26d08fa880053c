-- given: drizzle
CREATE TABLE "jobs" ("id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "jobs_id_seq" INCREMENT BY 1), "state" varchar(20) NOT NULL);
