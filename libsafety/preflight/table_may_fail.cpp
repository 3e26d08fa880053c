#include <array>

#include "libsafety/preflight/rule_tables.hpp"

namespace safety::preflight {
namespace {

constexpr auto kGroup = Group::may_fail;
constexpr auto kError = Severity::error;
constexpr auto kWarning = Severity::warning;

constexpr auto kRules = std::to_array<Rule>({
    {"add-unique", kGroup, kWarning, "a unique key over rows that are there", "It fails on the first value that occurs twice, in production and not on an empty test database.",
     "Find and merge the duplicates first; build the index CONCURRENTLY, then ADD CONSTRAINT ... UNIQUE USING INDEX.", "CREATE UNIQUE INDEX users_email_key ON users (email);"},
    {"index-made-unique", kGroup, kWarning, "an index is made anew as a unique one", "The old index allowed duplicates, so there may be some.",
     "As for add-unique; and build the new index before the old one goes.", "DROP INDEX users_email_idx;\nCREATE UNIQUE INDEX users_email_idx ON users (email);"},
    {"add-primary-key", kGroup, kWarning, "a primary key over rows that are there", "It fails where the columns hold a value twice or none at all.",
     "Clean the rows, build a unique index CONCURRENTLY, then ADD PRIMARY KEY USING INDEX.", "ALTER TABLE events ADD PRIMARY KEY (id);"},
    {"primary-key-change", kGroup, kWarning, "takes a primary key away", "What follows may fail and leave the table without one; foreign keys to it make it fail at once, and logical replication stops.",
     "Build the new key's unique index first, then exchange both in one statement.", "ALTER TABLE events DROP CONSTRAINT events_pkey;"},
    {"add-required-column", kGroup, kWarning, "a required column without a default", "It fails as soon as the table has one row. Drizzle's push empties the table instead.",
     "Add it nullable, fill it, then SET NOT NULL; or give it a default.", "ALTER TABLE users ADD COLUMN country text NOT NULL;"},
    {"set-not-null", kGroup, kWarning, "requires a value where rows may have none", "It fails on the first row without a value.",
     "Fill the rows; ADD CONSTRAINT ... CHECK (column IS NOT NULL) NOT VALID; VALIDATE CONSTRAINT; then SET NOT NULL, which trusts the check.",
     "ALTER TABLE users ALTER COLUMN email SET NOT NULL;"},
    {"risky-cast", kGroup, kWarning, "changes a type to one that not every value fits", "It fails on the first value that is too long, too big or no such thing, and rounds some without a word.",
     "Add a column of the new type, fill it by a cast that you have tried, exchange the names in a later migration.",
     "ALTER TABLE users ALTER COLUMN age TYPE integer USING age::integer;"},
    {"scalar-to-array", kGroup, kWarning, "makes a list of a single value", "No cast leads from a value to an array, so it fails without a USING that makes one.",
     "Write USING ARRAY[column], or add a new column.", "ALTER TABLE posts ALTER COLUMN tag TYPE text[] USING ARRAY[tag];"},
    {"add-foreign-key", kGroup, kWarning, "a foreign key over rows that are there", "It fails on the first row whose counterpart is missing.",
     "Add it NOT VALID, find and mend the orphans, then VALIDATE CONSTRAINT in a migration of its own.",
     "ALTER TABLE posts ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author_id) REFERENCES users (id);"},
    {"add-check", kGroup, kWarning, "a check over rows that are there", "It fails on the first row for which the condition is false.",
     "Add it NOT VALID, mend the rows, then VALIDATE CONSTRAINT in a migration of its own.", "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0);"},
    {"add-exclusion", kGroup, kWarning, "an exclusion constraint over rows that are there", "It fails on the first two rows that overlap, and builds its index while nobody can read the table: there is no way to build it aside.",
     "Find the overlaps first, and run it when the table is idle; for a large one make a new table with the constraint and move the rows.",
     "ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&);"},
    {"new-enum-value-used", kGroup, kWarning, "uses an enum value in the transaction that adds it", "The server refuses: a new value can be used only after it is committed (55P04).",
     "Add the value in a migration of its own, before the one that uses it.",
     "BEGIN;\nALTER TYPE \"Role\" ADD VALUE 'OWNER';\nUPDATE users SET role = 'OWNER' WHERE id = 1;\nCOMMIT;"},
    {"does-not-parse", kGroup, kError, "is not SQL as PostgreSQL 15 knows it", "The server will refuse it, and the migration stops there; syntax of a newer server is told apart as far as it is known.",
     "Mend the statement. Where the server is newer than 15 and knows it, allow the rule with that reason: the statement is not looked at.", "ALTER TABEL users ADD COLUMN x int;"},
});

}  // namespace

std::span<const Rule> may_fail_rules() { return kRules; }

}  // namespace safety::preflight
