-- expect: history-table-edit:2
INSERT INTO public._prisma_migrations (id, checksum, migration_name) VALUES ('1', 'x', 'y');
