-- expect: scalar-to-array:2
ALTER TABLE "Post" ALTER COLUMN "tag" SET DATA TYPE TEXT[];
