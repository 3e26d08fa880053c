#include <array>

#include "libsafety/preflight/rule_tables.hpp"

namespace safety::preflight {
namespace {

constexpr auto kGroup = Group::robustness;
constexpr auto kError = Severity::error;
constexpr auto kWarning = Severity::warning;
constexpr auto kNote = Severity::note;

constexpr auto kRules = std::to_array<Rule>({
    {"concurrently-in-transaction", kGroup, kError, "cannot run inside a transaction", "CONCURRENTLY, VACUUM, CREATE DATABASE and their like fail there (25001). Prisma sends a file of several statements as one, which is a transaction; drizzle-kit migrate runs every file in one.",
     "Make it the only statement of its migration.", "BEGIN;\nCREATE INDEX CONCURRENTLY users_name_idx ON users (name);\nCOMMIT;"},
    {"mixed-non-transactional", kGroup, kWarning, "mixes what commits by itself with other statements", "When one of them fails the others are not taken back, and the next run fails on what stayed.",
     "Make each such statement the only one of its migration.", "ALTER TABLE users ADD COLUMN city text;\nCREATE INDEX CONCURRENTLY users_city_idx ON users (city);"},
    {"invalid-index-left", kGroup, kNote, "an index that may be left invalid", "When CREATE INDEX CONCURRENTLY fails, its index stays: every write pays for it, no query uses it, and IF NOT EXISTS takes it for done.",
     "Look for indexes with indisvalid = false before and afterwards, and drop them.", "CREATE INDEX CONCURRENTLY IF NOT EXISTS users_name_idx ON users (name);"},
    {"nested-transaction", kGroup, kWarning, "begins a transaction inside of one", "The server ignores the inner BEGIN with a warning; the first COMMIT ends all, and what follows runs by itself.",
     "Leave BEGIN and COMMIT out where the tool opens a transaction, or write one pair.", "BEGIN;\nBEGIN;\nALTER TABLE users ADD COLUMN a int;\nCOMMIT;"},
    {"stray-commit", kGroup, kWarning, "commits what it did not begin", "It ends the transaction that the tool has opened: what stands before stays even when the migration fails.",
     "Take it out, or write the BEGIN that it belongs to.", "ALTER TABLE users ADD COLUMN a int;\nCOMMIT;"},
    {"transaction-left-open", kGroup, kError, "begins a transaction and does not end it", "The migration is noted as applied, and all of it is rolled back when the connection ends.",
     "Write COMMIT at the end, or leave BEGIN out.", "BEGIN;\nALTER TABLE users ADD COLUMN a int;"},
    {"rollback-in-migration", kGroup, kWarning, "takes its own work back", "The tool notes the migration as applied, and what it did is not there.", "Take ROLLBACK out.", "BEGIN;\nALTER TABLE users ADD COLUMN a int;\nROLLBACK;"},
    {"multi-statement-not-atomic", kGroup, kWarning, "several statements that are not one transaction", "They are sent one by one (Prisma with a driver adapter, or from 7.4 on): when one fails, those before it stay.",
     "Write BEGIN; and COMMIT; around them, or make a migration of each.", "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY);"},
    {"semicolon-inside-statement", kGroup, kWarning, "a semicolon inside of a statement", "Prisma's JavaScript engine cuts the file at every semicolon, in function bodies, strings and comments as well: both halves fail.",
     "Run such a file with the native engine or psql, and mark it as applied.", "CREATE FUNCTION one() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;"},
    {"not-repeatable", kGroup, kNote, "fails when it is run again", "After a migration that stopped half-way, what stayed makes the next try fail at its first statement.",
     "IF NOT EXISTS and IF EXISTS, where the statements are not one transaction.", "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY);"},
    {"mixed-definitions-and-rows", kGroup, kNote, "changes rows and definitions in one migration", "A rollback of the definitions cannot bring back the rows' old values.",
     "One migration for the definitions, one for the rows.", "ALTER TABLE users ADD COLUMN city text;\nUPDATE users SET name = trim(name) WHERE name <> trim(name);"},
    {"opaque-code", kGroup, kNote, "code that cannot be read beforehand", "EXECUTE of a text that is put together, PERFORM and CALL do what only the running server knows.",
     "Write the statements out; or rehearse, which shows what they do.", "DO $$ BEGIN EXECUTE 'ALTER TABLE ' || 'users' || ' ADD COLUMN x int'; END $$;"},
    {"unqualified-name", kGroup, kNote, "a name without schema after search_path was changed", "Which object it means depends on a setting that the next migration of the session inherits.",
     "Write the schema with each name, and leave search_path alone.", "SET search_path = audit;\nCREATE TABLE log (id int PRIMARY KEY);"},
    {"identifier-too-long", kGroup, kWarning, "a name of more than 63 bytes", "The server cuts it without an error; a second name with the same beginning then fails, and tools do not find what they made.",
     "Give it a shorter name.", "CREATE INDEX users_an_index_name_that_goes_on_and_on_until_it_is_longer_than_63_bytes ON users (name);"},
    {"owner-change", kGroup, kWarning, "changes an owner or the role", "A migration that does not run as the owner may not alter the object.", "Let one role own everything that migrations alter, and leave it alone.",
     "ALTER TABLE users OWNER TO reporting;"},
    {"rename-table", kGroup, kWarning, "renames or moves a table", "The version of the application that runs meanwhile does not find it.", "Make a view of the old name, deploy, drop the view later; or keep the name and use @@map.",
     "ALTER TABLE users RENAME TO accounts;"},
    {"rename-column", kGroup, kWarning, "renames a column", "The version of the application that runs meanwhile fails on each query that names it.", "Add the new column, write both, move readers, drop the old one; or keep the name and use @map.",
     "ALTER TABLE users RENAME COLUMN name TO full_name;"},
    {"rename-schema", kGroup, kWarning, "renames a schema", "Every name in it changes at once for every application.", "Make the new schema beside it and move tables one by one.", "ALTER SCHEMA billing RENAME TO payments;"},
    {"rename-type", kGroup, kWarning, "renames a type", "Statements and casts that name it fail in the version of the application that runs meanwhile.", "Make the new type beside it.", "ALTER TYPE mood RENAME TO feeling;"},
    {"rename-enum-value", kGroup, kWarning, "renames a value of an enum", "The version of the application that runs meanwhile sends the old value, and cannot read the new one.", "Add the new value, move the rows, stop using the old one.",
     "ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';"},
    {"psql-command", kGroup, kError, "a command of psql", "\\i, \\set, \\copy and COPY FROM stdin with its rows are psql's: Prisma and Drizzle send them to the server, which refuses them.",
     "Write what the command stands for as SQL, or run the file with psql.", "\\set ON_ERROR_STOP on"},
    {"empty-migration", kGroup, kNote, "a file without a statement", "It is noted as applied, and what was to be in it never runs.", "Write it, or delete the folder.", "-- to be written"},
    {"suppression-without-reason", kGroup, kWarning, "a suppression that does not say why", "Nobody can tell later whether it still holds, so it does not count.", "Write the reason behind the rule's name.",
     "-- safety:allow drop-table\nDROP TABLE users;"},
    {"suppression-of-unknown-rule", kGroup, kWarning, "a suppression of a rule that does not exist", "It silences nothing, though somebody thinks it does.", "See the names on this page.", "-- safety:allow drop-tabel nobody reads it\nDROP TABLE users;"},
    {"suppression-unused", kGroup, kNote, "a suppression that silences nothing", "What it was for is gone or was never found, and the next thing of that kind would pass unseen.", "Take it out.",
     "-- safety:allow drop-table it is empty\nCREATE TABLE t (id int PRIMARY KEY);"},
    {"drizzle-push-exit-code", kGroup, kWarning, "relies on the exit code of drizzle-kit push", "Up to 0.31 it exits 0 when its SQL fails, when it stops at a question, and when half of it is applied.",
     "Run it through safety-deploy, which compares the catalogs.", "npx drizzle-kit push && npm start"},
    {"prisma-status-gate", kGroup, kWarning, "relies on prisma migrate status", "It exits 0 when the database is ahead of the code, when an applied file was edited, and when a failed migration was marked as rolled back.",
     "Use safety-preflight, which tells those apart.", "npx prisma migrate status && npm start"},
    {"prisma-migrate-dev", kGroup, kError, "prisma migrate dev against production", "It makes migrations of its own, and may ask to reset the database.", "Use `prisma migrate deploy`.", "npx prisma migrate dev"},
    {"drizzle-drop", kGroup, kError, "drizzle-kit drop among the commands", "It deletes migrations from the code, and asks on a terminal which.", "Undo a migration by a new one.", "npx drizzle-kit drop"},
    {"drizzle-push-no-terminal", kGroup, kWarning, "drizzle-kit push where nobody can answer", "It stops where it would ask, having applied nothing, and up to 0.31 exits 0.",
     "Give it --force, with schemaFilter and tablesFilter written down; or use `drizzle-kit generate` and `drizzle-kit migrate`.", "npx drizzle-kit push"},
    {"command-hides-failure", kGroup, kWarning, "a command that goes on after a failure", "The line ends with the exit code of what comes last, so a failed migration looks like a success.",
     "Make two commands of it in [migrations], or join them with &&.", "npx prisma migrate deploy; npm run seed"},
    {"command-elsewhere", kGroup, kError, "a command that runs where DATABASE_URL is another one", "A rehearsal would change the real database.", "Hand it on with `exec -e DATABASE_URL`, or run the tool outside of the container.",
     "docker compose exec api npx prisma migrate deploy"},
    {"command-sets-url", kGroup, kError, "a command that names the database itself", "A rehearsal would change the real database.", "Leave DATABASE_URL to the environment: safety-deploy sets it.",
     "DATABASE_URL=postgres://db/shop npx prisma migrate deploy"},
    {"prisma-fixed-url", kGroup, kError, "a database's address in the Prisma schema", "A rehearsal would change the real database.", "Write url = env(\"DATABASE_URL\").", "url = \"postgres://db/shop\""},
    {"drizzle-fixed-url", kGroup, kError, "a database's address in Drizzle's config", "A rehearsal would change the real database.", "Write dbCredentials: { url: process.env.DATABASE_URL! }.",
     "dbCredentials: { url: 'postgres://db/shop' }"},
});

}  // namespace

std::span<const Rule> robustness_rules() { return kRules; }

}  // namespace safety::preflight
