-- expect: history-table-edit:2
UPDATE drizzle.__drizzle_migrations SET hash = 'x' WHERE id = 3;
