-- given: prisma
CREATE TABLE "Token" ("id" UUID NOT NULL DEFAULT gen_random_uuid(), "at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(), CONSTRAINT "Token_pkey" PRIMARY KEY ("id"));
