-- given: prisma
-- RenameForeignKey
ALTER TABLE "Post" RENAME CONSTRAINT "Post_fkey" TO "Post_authorId_fkey";
