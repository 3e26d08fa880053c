#include <array>

#include "libsafety/preflight/rule_tables.hpp"

namespace safety::preflight {
namespace {

constexpr auto kGroup = Group::locks;
constexpr auto kWarning = Severity::warning;
constexpr auto kNote = Severity::note;

constexpr auto kRules = std::to_array<Rule>({
    {"create-index-not-concurrent", kGroup, kWarning, "builds an index under a lock", "Nobody can write to the table until the index is built.",
     "CREATE INDEX CONCURRENTLY, as the only statement of its migration.", "CREATE INDEX users_name_idx ON users (name);"},
    {"drop-index-not-concurrent", kGroup, kNote, "drops an index under a lock", "It is quick, and waits for every query on the table, with everybody behind it.",
     "DROP INDEX CONCURRENTLY, as the only statement of its migration.", "DROP INDEX users_name_idx;"},
    {"reindex-not-concurrent", kGroup, kWarning, "rebuilds indexes under a lock", "Nobody can write, and reads that want the index wait.", "REINDEX ... CONCURRENTLY, outside of migrations.",
     "REINDEX TABLE users;"},
    {"index-replaced", kGroup, kWarning, "drops an index before its replacement is there", "Until the new one is built every query that relied on it reads the whole table.",
     "Build the new index under another name first, then drop the old one and rename.", "DROP INDEX users_name_idx;\nCREATE INDEX users_name_idx ON users (lower(name));"},
    {"index-after-lock", kGroup, kNote, "builds an index in a transaction that holds an exclusive lock", "Reads wait for the whole build, and not only for the quick change before it.",
     "Put the index into a migration of its own.", "BEGIN;\nALTER TABLE users ADD COLUMN city text;\nCREATE INDEX users_city_idx ON users (city);\nCOMMIT;"},
    {"unique-builds-index", kGroup, kWarning, "a unique constraint builds its index under a lock", "Nobody can read or write the table until it is built.",
     "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... UNIQUE USING INDEX.", "ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);"},
    {"primary-key-builds-index", kGroup, kWarning, "a primary key builds its index under a lock", "Nobody can read or write the table until it is built.",
     "CREATE UNIQUE INDEX CONCURRENTLY, then ADD PRIMARY KEY USING INDEX, on columns that are NOT NULL already.", "ALTER TABLE events ADD PRIMARY KEY (id);"},
    {"constraint-checked-under-lock", kGroup, kWarning, "checks all rows under a lock", "A foreign key stops writes to both tables, a check or NOT NULL stops reads too, until every row has been looked at.",
     "NOT VALID first, then VALIDATE CONSTRAINT in another transaction, which locks out nobody.", "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0);"},
    {"change-type-rewrite", kGroup, kWarning, "changes a column's type", "Unless it is a mere widening (varchar longer, varchar to text, numeric with more digits before the point), table and indexes are written anew while nobody can read it.",
     "Add a column of the new type, fill it in batches, exchange the names in a later migration.", "ALTER TABLE users ALTER COLUMN id TYPE bigint;"},
    {"volatile-default", kGroup, kWarning, "a default that differs from row to row", "It is computed and stored for every row while nobody can read the table; a constant default costs nothing.",
     "Add the column without it, then SET DEFAULT, then fill the old rows in batches.", "ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();"},
    {"add-serial-or-identity", kGroup, kWarning, "numbers the rows that are there", "The table is written anew while nobody can read it.",
     "Add a plain column, fill it in batches, then give it the sequence.", "ALTER TABLE users ADD COLUMN number serial;"},
    {"add-stored-generated", kGroup, kWarning, "adds a stored generated column", "The table is written anew while nobody can read it.",
     "Add a plain column, fill it in batches, and keep it up by a trigger; or compute it in a view.",
     "ALTER TABLE users ADD COLUMN search text GENERATED ALWAYS AS (lower(name)) STORED;"},
    {"table-rewrite", kGroup, kWarning, "writes a table anew", "SET LOGGED, SET TABLESPACE and their like copy the whole table while nobody can read it.",
     "Do it in a maintenance window, or with pg_repack.", "ALTER TABLE users SET TABLESPACE fast;"},
    {"vacuum-full", kGroup, kWarning, "VACUUM FULL or CLUSTER", "The table is written anew while nobody can read it, and neither belongs to a migration.", "Use pg_repack, or let autovacuum do its work.",
     "VACUUM FULL users;"},
    {"refresh-not-concurrent", kGroup, kWarning, "fills a materialized view under a lock", "Nobody can read it meanwhile.", "REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on it.",
     "REFRESH MATERIALIZED VIEW daily_totals;"},
    {"attach-partition", kGroup, kNote, "attaches a partition", "Its rows are checked against the bounds under a lock, unless a check constraint says that they fit.",
     "ADD CONSTRAINT ... CHECK with the bounds as NOT VALID, VALIDATE it, then attach.", "ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');"},
    {"detach-partition", kGroup, kWarning, "detaches a partition under a lock", "Nobody can read the table, and it waits for every query on it.", "DETACH PARTITION ... CONCURRENTLY, outside of a transaction.",
     "ALTER TABLE events DETACH PARTITION events_2024;"},
    {"work-after-lock", kGroup, kNote, "long work in a transaction that holds an exclusive lock", "A quick change has locked a table against its readers, and they wait for all that follows in the transaction.",
     "Put what takes long into a migration of its own, or before the lock.", "BEGIN;\nALTER TABLE users ADD COLUMN city text;\nUPDATE users SET name = trim(name) WHERE name <> trim(name);\nCOMMIT;"},
    {"alters-not-merged", kGroup, kNote, "alters a table several times", "Each statement takes its lock and may read all rows for itself.", "Put the commands into one ALTER TABLE, separated by commas.",
     "ALTER TABLE users ADD COLUMN a int;\nALTER TABLE users ADD COLUMN b int;"},
    {"locks-several-tables", kGroup, kNote, "locks several tables in one transaction", "It holds the first while it waits for the last; with a transaction that takes them in another order it deadlocks.",
     "One table in each migration, or LOCK TABLE them all at the beginning in a fixed order.",
     "BEGIN;\nALTER TABLE a ADD COLUMN x int;\nALTER TABLE b ADD COLUMN x int;\nALTER TABLE c ADD COLUMN x int;\nCOMMIT;"},
    {"foreign-key-without-index", kGroup, kNote, "a foreign key whose columns have no index", "Each delete or update of a row it refers to reads the whole table.",
     "Create an index on the columns in the same migration.", "CREATE TABLE notes (id int PRIMARY KEY, user_id int REFERENCES users (id));"},
    {"backfill-in-migration", kGroup, kWarning, "fills a new column in the migration that adds it", "Every row is rewritten and stays locked until the migration ends, as does the table against readers.",
     "Deploy the column, fill it in batches from a job, require it in a later migration.", "ALTER TABLE users ADD COLUMN slug text;\nUPDATE users SET slug = lower(name);"},
    {"trigger-change", kGroup, kNote, "creates, drops or switches a trigger", "It waits for every write to the table, and writes wait behind it.", "Set a lock_timeout, and run it when few write.",
     "CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();"},
    {"no-lock-timeout", kGroup, kNote, "takes a lock without a lock_timeout", "While it waits behind one long transaction, every query that comes later waits behind it: a quick change becomes an outage.",
     "Begin the migration with SET lock_timeout = '2s', and try again when it fails.", "ALTER TABLE users ADD COLUMN city text;"},
    {"no-statement-timeout", kGroup, kNote, "long work without a statement_timeout", "How long it takes on the live data is a guess; the lock is held until it ends.",
     "SET statement_timeout to what you can bear, and rehearse to know.", "CREATE INDEX users_city_idx ON users (city);"},
});

}  // namespace

std::span<const Rule> lock_rules() { return kRules; }

}  // namespace safety::preflight
