-- expect: drop-cascade:2
DROP TYPE "Mood" CASCADE;
