-- expect: primary-key-change:2 add-primary-key:3
ALTER TABLE "User" DROP CONSTRAINT "User_pkey",
ADD CONSTRAINT "User_pkey" PRIMARY KEY ("id", "tenantId");
