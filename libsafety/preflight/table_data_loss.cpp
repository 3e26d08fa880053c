#include <array>

#include "libsafety/preflight/rule_tables.hpp"

namespace safety::preflight {
namespace {

constexpr auto kGroup = Group::data_loss;
constexpr auto kError = Severity::error;
constexpr auto kWarning = Severity::warning;
constexpr auto kNote = Severity::note;

constexpr auto kRules = std::to_array<Rule>({
    {"drop-table", kGroup, kError, "drops a table", "Its rows are gone, and a version of the application that still reads it fails.",
     "Stop using it first; then rename it (to _dropped_users, say), and drop it some days and one backup later.", "DROP TABLE users;"},
    {"drop-and-recreate-table", kGroup, kError, "drops a table and makes it again",
     "It looks like a change of the table, and empties it.", "Alter the table, or make the new one under another name and copy the rows.",
     "DROP TABLE IF EXISTS users;\nCREATE TABLE users (id integer PRIMARY KEY);"},
    {"drop-schema", kGroup, kError, "drops a schema", "With CASCADE every table in it goes, whoever made it; without, it fails unless the schema is empty.",
     "Drop what is in it by name, in migrations of their own.", "DROP SCHEMA reporting CASCADE;"},
    {"drop-database", kGroup, kError, "drops a database", "Nothing of it is left but backups.", "Never in a migration: let a person do it, who has looked at a verified backup.",
     "DROP DATABASE shop;"},
    {"drop-owned", kGroup, kError, "drops everything that a role owns", "Which objects those are depends on the database it runs in.",
     "Drop by name; REASSIGN OWNED first where a role is to go.", "DROP OWNED BY old_service;"},
    {"drop-column", kGroup, kError, "drops a column", "Its values are gone, and a version of the application that still names the column fails on each query.",
     "Stop reading and writing it, deploy, copy its values out, then drop it in a later migration.", "ALTER TABLE users DROP COLUMN nickname;"},
    {"drop-and-recreate-column", kGroup, kError, "drops a column and adds it again", "The new column has its name and not its values; tools write a change of type they have no cast for like this.",
     "Add a new column, copy with a cast that you have tried, exchange the names later; or ALTER COLUMN ... TYPE ... USING.",
     "ALTER TABLE users DROP COLUMN age, ADD COLUMN age integer;"},
    {"rename-as-drop-and-add", kGroup, kWarning, "drops one column and adds another",
     "Prisma and Drizzle compare schemas: a field that was renamed in the code is one that went and one that came, and its values are lost.",
     "When it is a rename, write ALTER TABLE ... RENAME COLUMN instead, or keep the old name in the database with @map or the column's name in pgTable.",
     "ALTER TABLE users DROP COLUMN name, ADD COLUMN full_name text;"},
    {"truncate", kGroup, kError, "empties a table", "All rows go at once, without triggers on rows and without a count of what went.",
     "Delete what should go, by a condition, in batches, with a backup before.", "TRUNCATE sessions;"},
    {"truncate-cascade", kGroup, kError, "empties a table and all that refer to it",
     "It follows foreign keys to their end: tables that the statement does not name are emptied, those of another service too.",
     "Name every table to be emptied, without CASCADE: then it fails where another one refers to them.", "TRUNCATE media CASCADE;"},
    {"drop-cascade", kGroup, kWarning, "drops with CASCADE", "Views, foreign keys, columns of a dropped type go as well, and only a notice says which.",
     "Drop what depends on it by name first, then the object without CASCADE.", "DROP VIEW active_users CASCADE;"},
    {"cascade-across-owners", kGroup, kWarning, "a CASCADE that may reach the other tool's tables", "Foreign keys do not stop at the border between Prisma's tables and Drizzle's.",
     "Leave CASCADE out, and empty or drop only what this tool owns.", "TRUNCATE users CASCADE;"},
    {"foreign-object-drop", kGroup, kError, "takes away what another tool owns",
     "The table, column or rows belong to the other service or to this toolkit: nobody who reviews this migration knows what is in them.",
     "Let the owner's own migrations do it; tell this tool not to look (tables.external for Prisma, tablesFilter and schemaFilter for Drizzle).", "DROP TABLE media;"},
    {"foreign-object-change", kGroup, kWarning, "changes what another tool owns", "The owner's next migration or push will find something it did not make, and may take it back.",
     "Make the change with the tool that owns the table.", "ALTER TABLE media ADD COLUMN note text;"},
    {"history-table-edit", kGroup, kError, "changes a migration tool's history", "Prisma and Drizzle decide by these rows what to run: an edited one makes them run a migration twice, or never.",
     "Use `prisma migrate resolve`, or safety-rollback, which keeps what it takes out.", "DELETE FROM _prisma_migrations WHERE migration_name = 'x';"},
    {"delete-without-where", kGroup, kError, "deletes all rows", "DELETE without WHERE empties the table, one row at a time and under locks.",
     "Say which rows in a WHERE, and delete in batches, with a backup before.", "DELETE FROM sessions;"},
    {"update-without-where", kGroup, kWarning, "overwrites a column in all rows", "The values that were there are gone, and every row is locked until the migration ends.",
     "Say which rows in a WHERE; keep the old value in a column of its own until the new one is known to be right.", "UPDATE users SET role = 'member';"},
    {"many-rows-changed", kGroup, kNote, "deletes or overwrites rows", "How many they are is known only on the live data; what they held is gone afterwards.",
     "Look at the number below. For many, work in batches outside of the migration.", "DELETE FROM sessions WHERE expires < now();"},
    {"on-delete-cascade", kGroup, kNote, "a foreign key with ON DELETE CASCADE", "One deleted row takes all that refer to it along, and those that refer to them.",
     "Use ON DELETE RESTRICT and delete in the application where losing the dependents would hurt.",
     "ALTER TABLE posts ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author_id) REFERENCES users (id) ON DELETE CASCADE;"},
    {"drop-sequence", kGroup, kWarning, "drops a sequence", "Which numbers it has given is forgotten: one made anew begins at 1 and gives them again.",
     "Keep it, or note its last value and start the new one above it.", "DROP SEQUENCE invoice_numbers;"},
    {"enum-value-removal", kGroup, kWarning, "takes values from an enum", "Rows that hold one of them make the migration fail; defaults and arrays of the type as well.",
     "Change those rows in a migration of its own first; or leave the value in the type and stop using it.",
     "BEGIN;\nCREATE TYPE \"Role_new\" AS ENUM ('USER', 'ADMIN');\nALTER TABLE users ALTER COLUMN role TYPE \"Role_new\" USING (role::text::\"Role_new\");\n"
     "ALTER TYPE \"Role\" RENAME TO \"Role_old\";\nALTER TYPE \"Role_new\" RENAME TO \"Role\";\nDROP TYPE \"Role_old\";\nCOMMIT;"},
    {"drizzle-push-scope", kGroup, kError, "drizzle-kit push without a scope",
     "It takes every table in its schemas for its own and drops those that its schema file does not name, Prisma's and their history included; with --force without asking.",
     "Set schemaFilter and tablesFilter in drizzle.config.ts to exactly the tables that Drizzle owns.", "npx drizzle-kit push --force"},
    {"prisma-db-push", kGroup, kError, "prisma db push against production", "It leaves no history, drops what the schema does not name, and with --accept-data-loss or --force-reset does so without asking.",
     "Make a migration with `prisma migrate dev` and run it with `prisma migrate deploy`.", "npx prisma db push"},
    {"prisma-migrate-reset", kGroup, kError, "prisma migrate reset against production", "It drops the whole schema, the other service's tables in it included.",
     "Use it on development databases only; in production go back with safety-rollback.", "npx prisma migrate reset --force"},
});

}  // namespace

std::span<const Rule> data_loss_rules() { return kRules; }

}  // namespace safety::preflight
