#include "libsafety/schema/fingerprint.hpp"

#include "tests/testing/testing.hpp"

namespace safety::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TestDatabase;
using Objects = std::vector<archive::SchemaObject>;
using Strings = std::vector<std::string>;

Objects objects_of(const TestDatabase& database) {
  auto connection = database.connect();
  pg::use_dump_settings(connection);
  return read_objects(connection);
}

Strings differences(const Objects& expected, const Objects& found, const CompareOptions& options = {}) {
  return describe_differences(expected, found, options);
}

void copy_with_stock_tools(const TestDatabase& from, const TestDatabase& to) {
  const auto script = "pg_dump -d '" + from.url() + "' | psql -X -q -v ON_ERROR_STOP=1 -d '" + to.url() + "'";
  const auto run = testing::run_program("bash", {"-o", "pipefail", "-c", script});
  ASSERT_EQ(run.exit_code, 0) << run;
}

constexpr const char* kSchema = R"(
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, mood mood DEFAULT 'sad', age positive);
CREATE TABLE posts (id int PRIMARY KEY, author int CONSTRAINT posts_author_fkey REFERENCES users, body text,
                    CONSTRAINT body_short CHECK (length(body) < 1000));
CREATE INDEX posts_author ON posts (author);
CREATE SEQUENCE numbers;
CREATE VIEW names AS SELECT name FROM users;
CREATE MATERIALIZED VIEW counts AS SELECT author, count(*) FROM posts GROUP BY author;
CREATE FUNCTION shout(t text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT upper(t) $$;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER noted BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION note();
CREATE RULE keep AS ON DELETE TO users DO INSTEAD NOTHING;
CREATE POLICY own ON posts USING (author > 0);
CREATE STATISTICS pairs ON id, author FROM posts;
CREATE PUBLICATION feed FOR TABLE posts;
)";

TEST(ReadObjects, AreSortedAndNamedOnce) {
  const TestDatabase database;
  database.execute(kSchema);
  const auto objects = objects_of(database);
  for (std::size_t at = 1; at < objects.size(); ++at)
    EXPECT_LT(std::tie(objects[at - 1].kind, objects[at - 1].name), std::tie(objects[at].kind, objects[at].name));
  for (const auto& object : objects) EXPECT_EQ(object.hash.size(), 16U) << object.kind << " " << object.name;
}

class OddSchema : public ::testing::TestWithParam<const char*> {};

TEST_P(OddSchema, IsEqualAfterACopyByStockTools) {
  const auto odd = testing::odd_file(GetParam());
  const TestDatabase source(odd.create_options), copy(odd.create_options);
  source.run_psql_file(odd.path);
  copy_with_stock_tools(source, copy);
  const auto expected = objects_of(source);
  EXPECT_THAT(differences(expected, objects_of(copy)), IsEmpty());
  EXPECT_EQ(fingerprint_of(expected), fingerprint_of(objects_of(copy)));
}

INSTANTIATE_TEST_SUITE_P(Odd, OddSchema,
                         ::testing::Values("columns", "constraints", "indexes", "types", "functions", "operators",
                                           "partitions", "inheritance", "names", "privileges", "row_security",
                                           "triggers", "sequences", "statistics_objects", "publications", "relations",
                                           "circular", "latin1"),
                         [](const auto& parameter) { return std::string(parameter.param); });

struct Change {
  const char* name;
  const char* sql;
  Strings expected;
};
std::ostream& operator<<(std::ostream& out, const Change& change) {
  return out << change.name;
}

class SeededChange : public ::testing::TestWithParam<Change> {};

TEST_P(SeededChange, IsReportedByExactlyItsName) {
  const TestDatabase database;
  database.execute(kSchema);
  const auto before = objects_of(database);
  database.execute(GetParam().sql);
  const auto after = objects_of(database);
  EXPECT_EQ(differences(before, after, {.compares_privileges = false}), GetParam().expected);
  EXPECT_NE(fingerprint_of(before), fingerprint_of(after));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, SeededChange,
    ::testing::Values(
        Change{"NewTable", "CREATE TABLE extra (x int)", {"table public.extra is not expected"}},
        Change{"NewView", "CREATE VIEW extra AS SELECT 1 AS x", {"view public.extra is not expected"}},
        Change{"NewSchema", "CREATE SCHEMA extra", {"schema extra is not expected"}},
        Change{"NewEnum", "CREATE TYPE extra AS ENUM ('a')", {"type public.extra is not expected"}},
        Change{"NewExtension", "CREATE EXTENSION hstore", {"extension hstore is not expected"}},
        Change{"DroppedIndex", "DROP INDEX posts_author", {"index public.posts_author is missing"}},
        Change{"DroppedKey",
               "ALTER TABLE posts DROP CONSTRAINT posts_author_fkey",
               {"constraint public.posts posts_author_fkey is missing"}},
        Change{"DroppedCheck",
               "ALTER TABLE posts DROP CONSTRAINT body_short",
               {"constraint public.posts body_short is missing"}},
        Change{"DroppedTrigger", "DROP TRIGGER noted ON posts", {"trigger public.posts noted is missing"}},
        Change{"DroppedRule", "DROP RULE keep ON users", {"rule public.users keep is missing"}},
        Change{"DroppedPolicy", "DROP POLICY own ON posts", {"policy public.posts own is missing"}},
        Change{"DroppedSequence", "DROP SEQUENCE numbers", {"sequence public.numbers is missing"}},
        Change{
            "DroppedMaterializedView", "DROP MATERIALIZED VIEW counts", {"materialized view public.counts is missing"}},
        Change{"DroppedStatistics", "DROP STATISTICS pairs", {"statistics public.pairs is missing"}},
        Change{"DroppedPublication", "DROP PUBLICATION feed", {"publication feed is missing"}},
        Change{"NewColumn", "ALTER TABLE posts ADD COLUMN extra int", {"table public.posts is defined differently"}},
        Change{"OtherColumnType",
               "ALTER TABLE users ALTER COLUMN age TYPE bigint",
               {"table public.users is defined differently"}},
        Change{"OtherDefault",
               "ALTER TABLE users ALTER COLUMN mood SET DEFAULT 'glad'",
               {"table public.users is defined differently"}},
        Change{"NullAllowed",
               "ALTER TABLE users ALTER COLUMN name DROP NOT NULL",
               {"table public.users is defined differently"}},
        Change{"RowSecurity",
               "ALTER TABLE posts ENABLE ROW LEVEL SECURITY",
               {"table public.posts is defined differently"}},
        Change{"Storage",
               "ALTER TABLE posts ALTER COLUMN body SET STORAGE EXTERNAL",
               {"table public.posts is defined differently"}},
        Change{"OtherView",
               "CREATE OR REPLACE VIEW names AS SELECT name || '!' AS name FROM users",
               {"view public.names is defined differently"}},
        Change{"OtherFunction",
               "CREATE OR REPLACE FUNCTION shout(t text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT lower(t) $$",
               {"function public.shout(text) is defined differently"}},
        Change{"NewEnumValue",
               "ALTER TYPE mood ADD VALUE 'calm' BEFORE 'glad'",
               {"type public.mood is defined differently"}},
        Change{"OtherDomain",
               "ALTER DOMAIN positive DROP CONSTRAINT positive_check",
               {"type public.positive is defined differently"}},
        Change{"DisabledTrigger",
               "ALTER TABLE posts DISABLE TRIGGER noted",
               {"trigger public.posts noted is defined differently"}},
        Change{
            "OtherSequence", "ALTER SEQUENCE numbers INCREMENT 5", {"sequence public.numbers is defined differently"}},
        Change{"OtherPolicy",
               "ALTER POLICY own ON posts USING (author > 1)",
               {"policy public.posts own is defined differently"}},
        Change{
            "RenamedTable",
            "ALTER TABLE users RENAME TO people; DROP VIEW names; DROP RULE keep ON people; "
            "ALTER TABLE posts DROP CONSTRAINT posts_author_fkey; ALTER TABLE people DROP CONSTRAINT users_pkey",
            {"constraint public.posts posts_author_fkey is missing", "constraint public.users users_pkey is missing",
             "index public.users_pkey is missing", "rule public.users keep is missing", "table public.users is missing",
             "view public.names is missing", "table public.people is not expected"}}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(DescribeDifferences, SeesGrantsOnlyWhenAsked) {
  const TestDatabase database;
  database.execute(kSchema);
  const auto before = objects_of(database);
  database.execute("GRANT SELECT ON users TO PUBLIC; REVOKE EXECUTE ON FUNCTION shout FROM PUBLIC");
  const auto after = objects_of(database);
  EXPECT_THAT(differences(before, after), ElementsAre("privileges public.shout(text) is defined differently",
                                                      "privileges public.users is defined differently"));
  EXPECT_THAT(differences(before, after, {.compares_privileges = false}), IsEmpty());
  EXPECT_EQ(fingerprint_of(before), fingerprint_of(after)) << "who may do what is not the schema's identity";
}

TEST(DescribeDifferences, SeesOwnersAsPrivileges) {
  const testing::TestRole role;
  const TestDatabase database;
  database.execute(kSchema);
  const auto before = objects_of(database);
  database.execute("ALTER TABLE users OWNER TO " + role.name());
  EXPECT_THAT(differences(before, objects_of(database)), ElementsAre("privileges public.users is defined differently"));
}

TEST(DescribeDifferences, SeesNoChangeInAGrantThatWasThereByDefault) {
  const TestDatabase database;
  database.execute("CREATE TABLE t (x int)");
  const auto before = objects_of(database);
  database.execute("GRANT ALL ON t TO postgres");  // spells the default out
  EXPECT_THAT(differences(before, objects_of(database)), IsEmpty());
}

TEST(DescribeDifferences, ComparesNamesOnlyBetweenMajorVersions) {
  const TestDatabase database;
  database.execute(kSchema);
  const auto before = objects_of(database);
  database.execute("ALTER TABLE posts ADD COLUMN extra int; DROP INDEX posts_author");
  EXPECT_THAT(differences(before, objects_of(database), {.compares_definitions = false}),
              ElementsAre("index public.posts_author is missing"));
}

TEST(ReadObjects, DoNotDependOnDroppedColumnsOrOids) {
  const TestDatabase a, b;
  a.execute("CREATE TABLE t (x int, y text)");
  b.execute(
      "CREATE TABLE other (); CREATE TABLE t (gone int, x int, y text); ALTER TABLE t DROP COLUMN gone; DROP TABLE "
      "other");
  EXPECT_THAT(differences(objects_of(a), objects_of(b)), IsEmpty());
}

TEST(ReadObjects, LeaveOutTheSchemaSafetyAndMembersOfExtensions) {
  const TestDatabase database;
  const auto before = objects_of(database);
  database.execute("CREATE SCHEMA safety; CREATE TABLE safety.t (x int PRIMARY KEY); CREATE EXTENSION hstore");
  EXPECT_THAT(differences(before, objects_of(database)), ElementsAre("extension hstore is not expected"));
}

}  // namespace
}  // namespace safety::schema
