-- expect: drop-index-not-concurrent:2
DROP INDEX IF EXISTS "Post_authorId_idx";
