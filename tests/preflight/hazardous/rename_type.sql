-- expect: rename-type:2
ALTER TYPE "Mood" RENAME TO "Feeling";
