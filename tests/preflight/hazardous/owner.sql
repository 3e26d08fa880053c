-- expect: owner-change:2
ALTER TABLE "User" OWNER TO reporting;
