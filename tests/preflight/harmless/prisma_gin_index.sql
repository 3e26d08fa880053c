-- given: prisma
CREATE TABLE "Doc" ("id" SERIAL PRIMARY KEY, "data" JSONB NOT NULL);
CREATE INDEX "Doc_data_idx" ON "Doc" USING GIN ("data" jsonb_path_ops);
