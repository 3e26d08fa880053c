-- expect: history-table-edit:2
DELETE FROM "_prisma_migrations" WHERE "migration_name" = '20260101000000_init';
