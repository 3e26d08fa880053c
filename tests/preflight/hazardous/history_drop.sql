-- expect: history-table-edit:2 drop-table:2
DROP TABLE "_prisma_migrations" CASCADE;
