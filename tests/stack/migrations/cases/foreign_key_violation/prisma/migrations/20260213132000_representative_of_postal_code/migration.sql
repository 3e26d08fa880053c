-- AddForeignKey
ALTER TABLE "representatives" ADD CONSTRAINT "representatives_postal_code_fkey" FOREIGN KEY ("postal_code") REFERENCES "postal_code_cache"("postal_code") ON DELETE RESTRICT ON UPDATE CASCADE;
