-- expect: set-not-null:2 constraint-checked-under-lock:2
ALTER TABLE "User" ALTER COLUMN "email" SET NOT NULL;
