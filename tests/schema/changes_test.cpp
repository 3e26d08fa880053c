#include "libsafety/schema/changes.hpp"

#include <algorithm>
#include <memory>

#include "tests/testing/testing.hpp"

namespace safety::schema {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::TestDatabase;
using Definitions = std::vector<Definition>;
using Strings = std::vector<std::string>;

Definitions definitions_of(const TestDatabase& database) {
  auto connection = database.connect();
  pg::use_dump_settings(connection);
  return read_definitions(connection);
}

Strings words_of(const std::vector<Change>& changes) {
  Strings words;
  for (const auto& one : changes) words.push_back(one.words);
  return words;
}

Definitions definitions_of(pg::Connection& connection) {
  pg::use_dump_settings(connection);
  return read_definitions(connection);
}

void run_script(pg::Connection& connection, const std::vector<Change>& changes) {
  const auto script = script_of(changes);
  pg::use_dump_settings(connection);
  try {
    connection.execute(script);
  } catch (const Error& error) {
    ADD_FAILURE() << error.message() << "\n" << error.detail() << "\n" << script;
  }
}

const Definition* find(const Definitions& definitions, const std::string& kind, const std::string& name) {
  for (const auto& one : definitions)
    if (one.kind == kind && one.name == name) return &one;
  return nullptr;
}

std::string text_of(const Definitions& definitions, const std::string& kind, const std::string& name) {
  const auto* found = find(definitions, kind, name);
  return found == nullptr ? "(there is no such definition)" : found->text;
}

constexpr const char* kBase = R"(
CREATE TYPE mood AS ENUM ('sad', 'it''s', 'glad');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (a int, b text);
CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, name text DEFAULT 'x, NOT NULL DEFAULT ', mood mood DEFAULT 'sad',
                    moods mood[], age positive, number int, "Odd ""Name" varchar(10) COLLATE "C",
                    twice int GENERATED ALWAYS AS (number * 2) STORED, counter int NOT NULL);
CREATE TABLE posts (id serial PRIMARY KEY, author int CONSTRAINT posts_author_fkey REFERENCES users, body text,
                    CONSTRAINT body_short CHECK (length(body) < 1000));
CREATE TABLE ranges (id int, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE ranges_1 PARTITION OF ranges FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE INDEX posts_author ON posts (author);
CREATE SEQUENCE numbers;
CREATE TABLE lonely (id int);
CREATE VIEW names AS SELECT id, name FROM users;
CREATE MATERIALIZED VIEW counts AS SELECT author, count(*) AS posts FROM posts GROUP BY author;
CREATE FUNCTION shout(t text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT upper(t) $$;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER noted BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION note();
CREATE RULE keep AS ON DELETE TO users DO INSTEAD NOTHING;
CREATE POLICY own ON posts USING (author > 0);
CREATE PUBLICATION feed FOR TABLE posts;
CREATE STATISTICS pairs ON id, author FROM posts;
COMMENT ON TABLE users IS 'people';
)";

struct Case {
  const char* name;
  const char* sql;
  Strings words;
  bool goes_back = true;  // the way back by SQL is whole too
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

// One database serves all: what a case does is rolled back.
class EachChange : public ::testing::TestWithParam<Case> {
 protected:
  static void SetUpTestSuite() {
    database_ = std::make_unique<TestDatabase>();
    database_->execute(kBase);
    before_ = definitions_of(*database_);
  }
  static void TearDownTestSuite() { database_.reset(); }
  static inline std::unique_ptr<TestDatabase> database_;
  static inline Definitions before_;
};

TEST_P(EachChange, IsToldInWordsAndItsSqlMakesItAndUnmakesIt) {
  const auto& one = GetParam();
  auto connection = database_->connect();
  Definitions after;
  {
    const pg::Transaction transaction(connection);
    connection.execute("SET search_path = public");
    connection.execute(one.sql);
    after = definitions_of(connection);
    EXPECT_THAT(words_of(compare(before_, after)), ElementsAreArray(one.words));
    if (one.goes_back) {
      run_script(connection, compare(after, before_));
      EXPECT_THAT(words_of(compare(before_, definitions_of(connection))), IsEmpty()) << script_of(compare(after, before_));
    }
  }
  const pg::Transaction transaction(connection);
  const auto changes = compare(before_, after);
  run_script(connection, changes);
  EXPECT_THAT(words_of(compare(after, definitions_of(connection))), IsEmpty()) << script_of(changes);
}

const Case kCases[] = {
    {"ColumnAdded", "ALTER TABLE users ADD phone varchar(20) NOT NULL DEFAULT '-'", {"column public.users.phone added: character varying(20) NOT NULL DEFAULT '-'::character varying"}},
    {"ColumnDropped", "ALTER TABLE posts DROP body CASCADE", {"column public.posts.body dropped", "constraint body_short on public.posts dropped"}},
    {"TypeChanged", "ALTER TABLE users ALTER email TYPE varchar(20)", {"column public.users.email: type changed from text to character varying(20)"}},
    {"TypeChangedWithDefault", "ALTER TABLE users ALTER mood DROP DEFAULT, ALTER mood TYPE text; ALTER TABLE users ALTER mood SET DEFAULT 'sad'",
     {"column public.users.mood: type changed from public.mood to text, default changed from 'sad'::public.mood to 'sad'::text"}},
    {"CollationChanged", "ALTER TABLE users ALTER \"Odd \"\"Name\" TYPE varchar(10) COLLATE \"POSIX\"",
     {"column public.users.\"Odd \"\"Name\": collation changed from \"C\" to \"POSIX\""}},
    {"NotNullSet", "ALTER TABLE users ALTER name SET NOT NULL", {"column public.users.name: NOT NULL set"}},
    {"NotNullDropped", "ALTER TABLE users ALTER email DROP NOT NULL", {"column public.users.email: NOT NULL dropped"}},
    {"DefaultChanged", "ALTER TABLE users ALTER name SET DEFAULT 'y'", {"column public.users.name: default changed from 'x, NOT NULL DEFAULT '::text to 'y'::text"}},
    {"DefaultDropped", "ALTER TABLE users ALTER name DROP DEFAULT", {"column public.users.name: default 'x, NOT NULL DEFAULT '::text dropped"}},
    {"DefaultSet", "ALTER TABLE users ALTER number SET DEFAULT 5", {"column public.users.number: default set to 5"}},
    {"IdentityAdded", "ALTER TABLE users ALTER counter ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 7 CACHE 5)",
     {"column public.users.counter: is now GENERATED BY DEFAULT AS IDENTITY (START WITH 7 CACHE 5)"}},
    {"ExpressionChanged", "ALTER TABLE users DROP twice; ALTER TABLE users ADD twice int GENERATED ALWAYS AS (number * 3) STORED",
     {"column public.users.twice: computed as GENERATED ALWAYS AS ((number * 3)) STORED, was GENERATED ALWAYS AS ((number * 2)) STORED"}},
    {"ExpressionDropped", "ALTER TABLE users ALTER twice DROP EXPRESSION", {"column public.users.twice: is no longer computed"}},
    {"IndexAdded", "CREATE UNIQUE INDEX users_email ON users (lower(email)) WHERE email <> ''",
     {"index public.users_email on public.users added: USING btree (lower(email)) WHERE (email <> ''::text)"}},
    {"IndexDropped", "DROP INDEX posts_author", {"index public.posts_author on public.posts dropped"}},
    {"IndexRedefined", "DROP INDEX posts_author; CREATE INDEX posts_author ON posts (author, id)",
     {"index public.posts_author on public.posts: redefined from CREATE INDEX posts_author ON public.posts USING btree (author) to CREATE INDEX posts_author ON public.posts USING btree (author, id)"}},
    {"ConstraintAdded", "ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email)", {"constraint users_email_key on public.users added: UNIQUE (email)"}},
    {"ConstraintRedefined", "ALTER TABLE posts DROP CONSTRAINT posts_author_fkey; ALTER TABLE posts ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES users ON DELETE CASCADE",
     {"constraint posts_author_fkey on public.posts: redefined from FOREIGN KEY (author) REFERENCES public.users(id) to FOREIGN KEY (author) REFERENCES public.users(id) ON DELETE CASCADE"}},
    {"ConstraintDropped", "ALTER TABLE posts DROP CONSTRAINT body_short", {"constraint body_short on public.posts dropped"}},
    {"EnumValueAdded", "ALTER TYPE mood ADD VALUE 'so so' BEFORE 'glad'", {"type public.mood: value 'so so' added after 'it''s'"}},
    {"EnumValueAddedFirst", "ALTER TYPE mood ADD VALUE 'angry' BEFORE 'sad'", {"type public.mood: value 'angry' added before 'sad'"}},
    {"EnumValuesAdded", "ALTER TYPE mood ADD VALUE 'happy'; ALTER TYPE mood ADD VALUE 'happier'",
     {"type public.mood: value 'happy' added after 'glad', value 'happier' added after 'happy'"}},
    {"EnumValueRenamed", "ALTER TYPE mood RENAME VALUE 'glad' TO 'happy'", {"type public.mood: value 'glad' removed, value 'happy' added after 'it''s'"}},
    {"TypeAdded", "CREATE TYPE size AS ENUM ('s', 'm'); CREATE DOMAIN odd AS text NOT NULL DEFAULT 'x' CONSTRAINT c CHECK (VALUE <> ''); CREATE TYPE three AS (a int, b text); CREATE TYPE span AS RANGE (SUBTYPE = date)",
     {"type public.odd added", "type public.size added: ENUM ('s', 'm')", "type public.span added", "composite type public.three added"}},
    {"TableAdded", "CREATE TABLE videos (id bigserial PRIMARY KEY, author int REFERENCES users, tag text UNIQUE DEFAULT 'a'); CREATE INDEX ON videos (author); "
                   "COMMENT ON COLUMN videos.tag IS 'one'; ALTER TABLE videos ENABLE ROW LEVEL SECURITY, REPLICA IDENTITY FULL; CREATE POLICY p ON videos FOR SELECT USING (true); "
                   "CREATE TRIGGER t AFTER INSERT ON videos EXECUTE FUNCTION note(); ALTER TABLE videos DISABLE TRIGGER t; CREATE STATISTICS s ON id, tag FROM videos",
     {"table public.videos added"}},
    {"PartitionedTableAdded", "CREATE TABLE parts (id int, k text) PARTITION BY LIST (k); CREATE TABLE parts_a PARTITION OF parts FOR VALUES IN ('a') PARTITION BY RANGE (id); "
                              "CREATE TABLE parts_a1 PARTITION OF parts_a DEFAULT; ALTER TABLE parts ADD CONSTRAINT c CHECK (id > 0); CREATE INDEX ON parts (id)",
     {"partitioned table public.parts added"}},
    {"ChildAdded", "CREATE TABLE base (a int NOT NULL CHECK (a > 0)); CREATE TABLE child (b int) INHERITS (base)", {"table public.base added"}},
    {"ColumnOfPartitions", "ALTER TABLE ranges ADD more text, ADD CONSTRAINT positive CHECK (id > 0), ALTER id SET NOT NULL",
     {"column public.ranges.id: NOT NULL set", "column public.ranges.more added: text", "constraint positive on public.ranges added: CHECK ((id > 0))"}},
    {"PartitionAdded", "CREATE TABLE ranges_2 PARTITION OF ranges FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')", {"table public.ranges_2 added"}},
    {"PartitionDetached", "ALTER TABLE ranges DETACH PARTITION ranges_1",
     {"table public.ranges_1: attachment no longer set"}},
    {"TableDropped", "DROP TABLE posts CASCADE",
     {"table public.posts dropped", "materialized view public.counts dropped", "publication feed: redefined from CREATE PUBLICATION feed FOR TABLE public.posts WITH (publish = 'insert, update, delete, truncate') to CREATE PUBLICATION feed WITH (publish = 'insert, update, delete, truncate')"}},
    {"ViewChanged", "CREATE OR REPLACE VIEW names AS SELECT id, name, email FROM users", {"view public.names: redefined"}},
    {"ViewLosesAColumn", "DROP VIEW names; CREATE VIEW names AS SELECT id FROM users", {"view public.names: redefined, its columns are now (id)"}},
    {"ViewAdded", "CREATE VIEW adults WITH (security_barrier = true) AS SELECT email FROM users WHERE age > 18", {"view public.adults added"}},
    {"ViewDropped", "DROP VIEW names", {"view public.names dropped"}},
    {"FunctionChanged", "CREATE OR REPLACE FUNCTION shout(t text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT upper(t) || '!' $$", {"function public.shout(text): redefined"}},
    {"FunctionReturnsAnotherType", "DROP FUNCTION shout; CREATE FUNCTION shout(t text) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$", {"function public.shout(text): redefined"}},
    {"FunctionAdded", "CREATE FUNCTION f(a int, b int DEFAULT 2) RETURNS SETOF users LANGUAGE sql AS $$ SELECT * FROM public.users $$; REVOKE ALL ON FUNCTION f FROM PUBLIC; COMMENT ON FUNCTION f IS 'x'",
     {"function public.f(integer,integer) added"}},
    {"AggregateAdded", "CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0')", {"function public.total(integer) added"}},
    {"TriggerAdded", "CREATE TRIGGER more AFTER UPDATE OF body ON posts FOR EACH ROW WHEN (OLD.body IS DISTINCT FROM NEW.body) EXECUTE FUNCTION note()", {"trigger more on public.posts added"}},
    {"TriggerDisabled", "ALTER TABLE posts DISABLE TRIGGER noted",
     {"trigger noted on public.posts: redefined from CREATE TRIGGER noted BEFORE INSERT ON public.posts FOR EACH ROW EXECUTE FUNCTION public.note() to CREATE TRIGGER noted BEFORE INSERT ON public.posts FOR EACH ROW EXECUTE FUNCTION public.note(); ALTER TABLE public.posts DISABLE TRIGGER noted"}},
    {"SequenceChanged", "ALTER SEQUENCE numbers INCREMENT BY 5 CYCLE",
     {"sequence public.numbers: redefined from CREATE SEQUENCE public.numbers AS bigint START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 CACHE 1 NO CYCLE to CREATE SEQUENCE public.numbers AS bigint START WITH 1 INCREMENT BY 5 MINVALUE 1 MAXVALUE 9223372036854775807 CACHE 1 CYCLE"}},
    {"SequenceAdded", "CREATE SEQUENCE more AS smallint MINVALUE -5 START 3; COMMENT ON SEQUENCE more IS 'x'", {"sequence public.more added"}},
    {"SerialAdded", "CREATE SEQUENCE users_number_seq OWNED BY users.number; ALTER TABLE users ALTER number SET DEFAULT nextval('users_number_seq')",
     {"sequence public.users_number_seq added", "column public.users.number: default set to nextval('public.users_number_seq'::regclass)", "table public.users: public.users_number_seq ownership set (ALTER SEQUENCE public.users_number_seq OWNED BY public.users.number)"}},
    {"PolicyAdded", "CREATE POLICY more ON posts AS RESTRICTIVE FOR UPDATE TO PUBLIC USING (true) WITH CHECK (author <> 1)", {"policy more on public.posts added"}},
    {"PolicyChanged", "ALTER POLICY own ON posts USING (author > 1)",
     {"policy own on public.posts: redefined from CREATE POLICY own ON public.posts TO PUBLIC USING ((author > 0)) to CREATE POLICY own ON public.posts TO PUBLIC USING ((author > 1))"}},
    {"SettingsOfATable", "ALTER TABLE posts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, REPLICA IDENTITY FULL, SET (fillfactor = 70, autovacuum_enabled = off), CLUSTER ON posts_author",
     {"table public.posts: clustering set (ALTER TABLE public.posts CLUSTER ON posts_author)", "table public.posts: forced row level security set (ALTER TABLE public.posts FORCE ROW LEVEL SECURITY)",
      "table public.posts: options set (ALTER TABLE public.posts SET (autovacuum_enabled='off', fillfactor='70'))", "table public.posts: replica identity set (ALTER TABLE public.posts REPLICA IDENTITY FULL)",
      "table public.posts: row level security set (ALTER TABLE public.posts ENABLE ROW LEVEL SECURITY)"}},
    {"SettingsOfAColumn", "ALTER TABLE posts ALTER body SET STORAGE EXTERNAL", {"table public.posts: storage of body set (ALTER TABLE ONLY public.posts ALTER COLUMN body SET STORAGE EXTERNAL)"}, false},
    {"Unlogged", "ALTER TABLE lonely SET UNLOGGED", {"table public.lonely: is now unlogged: its rows do not survive a crash"}},
    {"Comments", "COMMENT ON TABLE users IS NULL; COMMENT ON COLUMN users.email IS 'of whom'; COMMENT ON CONSTRAINT body_short ON posts IS 'c'; COMMENT ON TRIGGER noted ON posts IS 't'; COMMENT ON VIEW names IS 'v'",
     {"comment on VIEW public.names set", "comment on CONSTRAINT body_short on public.posts set", "comment on TRIGGER noted on public.posts set", "comment on TABLE public.users no longer set", "comment on COLUMN public.users.email set"}},
    {"CommentChanged", "COMMENT ON TABLE users IS 'persons IS it'", {"comment on TABLE public.users: changed to 'persons IS it'"}},
    {"Privileges", "GRANT SELECT, INSERT ON posts TO PUBLIC; GRANT UPDATE (body) ON posts TO pg_monitor WITH GRANT OPTION; GRANT EXECUTE ON FUNCTION note TO pg_monitor",
     {"privileges on public.posts: granted: INSERT, SELECT ON TABLE public.posts TO PUBLIC, granted: UPDATE (body) ON TABLE public.posts TO pg_monitor",
      "privileges on public.note(): granted: EXECUTE ON ROUTINE public.note() TO pg_monitor"}},
    {"DomainChanged", "ALTER DOMAIN positive SET DEFAULT 3; ALTER DOMAIN positive SET NOT NULL; ALTER DOMAIN positive DROP CONSTRAINT positive_check; ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 9)",
     {"type public.positive: default set to 3, NOT NULL set", "domain constraint positive_check on public.positive dropped", "domain constraint small on public.positive added: CHECK ((VALUE < 9))"}},
    {"CompositeChanged", "ALTER TYPE pair ADD ATTRIBUTE c numeric(10,2), DROP ATTRIBUTE b, ALTER ATTRIBUTE a TYPE bigint",
     {"composite type public.pair: attribute b dropped, attribute a changed from integer to bigint, attribute c added: numeric(10,2)"}},
    {"ViewsOnOneAnother", "CREATE VIEW z AS SELECT id FROM users; CREATE MATERIALIZED VIEW y AS SELECT * FROM z; CREATE VIEW a AS SELECT * FROM y",
     {"view public.a added", "view public.z added", "materialized view public.y added"}},
    {"FunctionOfANewTable", "CREATE TABLE things (id int); CREATE FUNCTION all_things() RETURNS SETOF things LANGUAGE sql AS 'SELECT * FROM public.things'",
     {"table public.things added", "function public.all_things() added"}},
    {"DefaultByANewFunction", "CREATE FUNCTION five() RETURNS int LANGUAGE sql AS 'SELECT 5'; CREATE TABLE things (id int DEFAULT five())", {"table public.things added", "function public.five() added"}},
    {"SchemaAdded", "CREATE SCHEMA \"Other one\"; CREATE TABLE \"Other one\".t (id int)", {"schema \"Other one\" added", "table \"Other one\".t added"}},
    {"StatisticsAndRules", "DROP STATISTICS pairs; DROP RULE keep ON users", {"statistics public.pairs on public.posts dropped", "rule keep on public.users dropped"}},
    {"ManyAtOnce", "ALTER TABLE posts DROP CONSTRAINT posts_author_fkey, DROP author CASCADE, ADD writer text; ALTER TABLE users DROP CONSTRAINT users_pkey, ADD CONSTRAINT users_email UNIQUE (email); "
                   "ALTER TABLE posts ADD CONSTRAINT writer_fkey FOREIGN KEY (writer) REFERENCES users (email); CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int REFERENCES a)",
     {"table public.a added", "table public.b added", "column public.posts.author dropped", "column public.posts.writer added: text",
      "constraint posts_author_fkey on public.posts dropped", "constraint writer_fkey on public.posts added: FOREIGN KEY (writer) REFERENCES public.users(email)",
      "index public.posts_author on public.posts dropped", "statistics public.pairs on public.posts dropped", "policy own on public.posts dropped",
      "constraint users_pkey on public.users dropped", "constraint users_email on public.users added: UNIQUE (email)", "materialized view public.counts dropped"}},
};

INSTANTIATE_TEST_SUITE_P(Of, EachChange, ::testing::ValuesIn(kCases), [](const auto& parameter) { return std::string(parameter.param.name); });

TEST(ReadDefinitions, GivesATableAsTheStatementThatMakesIt) {
  const TestDatabase database;
  database.execute(kBase);
  const auto all = definitions_of(database);
  EXPECT_EQ(text_of(all, "table", "public.posts"),
            "CREATE TABLE public.posts (\n    id integer NOT NULL DEFAULT nextval('public.posts_id_seq'::regclass),\n    author integer,\n    body text\n)");
  EXPECT_EQ(text_of(all, "partitioned table", "public.ranges"), "CREATE TABLE public.ranges (\n    id integer,\n    at date NOT NULL\n)\nPARTITION BY RANGE (at)");
  EXPECT_EQ(text_of(all, "setting", "public.ranges_1 attachment"),
            "ALTER TABLE public.ranges ATTACH PARTITION public.ranges_1 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')");
  EXPECT_EQ(text_of(all, "constraint", "public.posts body_short"), "CHECK ((length(body) < 1000))");
  EXPECT_EQ(text_of(all, "type", "public.mood"), "CREATE TYPE public.mood AS ENUM ('sad', 'it''s', 'glad')");
  EXPECT_EQ(text_of(all, "comment", "TABLE public.users"), "COMMENT ON TABLE public.users IS 'people'");
}

TEST(ReadDefinitions, TellsWhatAColumnBelongsTo) {
  const TestDatabase database;
  database.execute(kBase);
  const auto all = definitions_of(database);
  const auto* column = find(all, "column", "public.users.\"Odd \"\"Name\"");
  ASSERT_NE(column, nullptr);
  EXPECT_EQ(column->table, "public.users");
  EXPECT_EQ(column->text, "character varying(10) COLLATE \"C\"");
  EXPECT_EQ(find(all, "table", "public.ranges_1")->table, "public.ranges");
  EXPECT_EQ(find(all, "sequence", "public.posts_id_seq")->table, "public.posts");
}

TEST(ReadDefinitions, LeavesOutTheSchemaSafetyAndItsEventTriggers) {
  const TestDatabase database;
  const auto before = definitions_of(database);
  database.execute("CREATE SCHEMA safety; CREATE TABLE safety.log (line text); CREATE FUNCTION safety.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;"
                   "CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION safety.watch(); COMMENT ON TABLE safety.log IS 'ours'");
  EXPECT_THAT(words_of(compare(before, definitions_of(database))), IsEmpty());
  database.execute("CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$; CREATE EVENT TRIGGER mine ON sql_drop WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION watch()");
  EXPECT_THAT(words_of(compare(before, definitions_of(database))), ElementsAre("function public.watch() added", "event trigger mine added"));
}

TEST(ReadDefinitions, OfTheDemoStackMakeItAnew) {
  const TestDatabase demo, copy;
  demo.load_demo(0.01);
  const auto there = definitions_of(demo);
  auto connection = copy.connect();
  run_script(connection, compare(definitions_of(copy), there));
  EXPECT_THAT(words_of(compare(there, definitions_of(copy))), IsEmpty());
}

class OddDefinitions : public ::testing::TestWithParam<const char*> {};

TEST_P(OddDefinitions, AreEqualAfterACopyByStockTools) {
  const auto odd = testing::odd_file(GetParam());
  const TestDatabase source(odd.create_options), copy(odd.create_options);
  source.run_psql_file(odd.path);
  const auto run = testing::run_program("bash", {"-o", "pipefail", "-c", "pg_dump -d '" + source.url() + "' | psql -X -q -v ON_ERROR_STOP=1 -d '" + copy.url() + "'"});
  ASSERT_EQ(run.exit_code, 0) << run;
  const auto expected = definitions_of(source);
  EXPECT_THAT(words_of(compare(expected, definitions_of(copy))), IsEmpty());
  EXPECT_THAT(words_of(compare(expected, parse_definitions(format_definitions(expected)))), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Odd, OddDefinitions,
                         ::testing::Values("columns", "constraints", "indexes", "types", "functions", "operators", "partitions", "inheritance", "names", "privileges",
                                           "row_security", "triggers", "sequences", "statistics_objects", "publications", "relations", "views", "circular", "foreign_tables"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST(Definitions, SurviveTheirTextForm) {
  const Definitions all{{"column", "public.t.a", "public.t", "text DEFAULT 'two\nlines \"and\" \\'::text"}, {"schema", "public", "", "CREATE SCHEMA public"}};
  const auto text = format_definitions(all);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  const auto read = parse_definitions(text);
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].text, all[0].text);
  EXPECT_EQ(read[0].table, "public.t");
  EXPECT_EQ(read[1].table, "");
  EXPECT_THAT(parse_definitions(""), IsEmpty());
}

TEST(Definitions, ThatAreNoneAreRefusedWithTheirLine) {
  for (const char* text : {"{\"kind\":\"a\",\"name\":\"b\",\"text\":\"c\"}\nnothing", "{\"kind\":\"a\",\"name\":\"b\",\"text\":\"c\"}\n{\"kind\":\"a\"}\n",
                           "{\"kind\":\"a\",\"name\":\"b\",\"text\":\"c\"}\n[1]"}) {
    const auto error = testing::error_of([&] { parse_definitions(text); });
    EXPECT_EQ(error.code(), Code::archive_damaged);
    EXPECT_THAT(error.message(), HasSubstr("line 2"));
  }
}

TEST(Compare, SaysWhatLosesData) {
  const TestDatabase database;
  database.execute(kBase);
  const auto before = definitions_of(database);
  database.execute("DROP VIEW names; ALTER TABLE users DROP twice, DROP name; DROP MATERIALIZED VIEW counts; DROP TABLE posts; DROP SEQUENCE numbers; "
                   "ALTER TABLE users ALTER email DROP NOT NULL");
  for (const auto& one : compare(before, definitions_of(database))) {
    const auto expected = Strings{"sequence public.numbers dropped", "table public.posts dropped", "column public.users.name dropped"};
    EXPECT_EQ(one.loses_data, std::find(expected.begin(), expected.end(), one.words) != expected.end()) << one.words;
  }
  EXPECT_THAT(compare(before, definitions_of(database)), Contains(Field(&Change::words, "table public.posts dropped")));
}

TEST(Compare, LosesWhatAColumnHeldThatIsComputedNow) {
  const TestDatabase database;
  database.execute(kBase);
  const auto before = definitions_of(database);
  database.execute("ALTER TABLE users DROP number CASCADE; ALTER TABLE users ADD number int GENERATED ALWAYS AS (id + 1) STORED");
  EXPECT_THAT(compare(before, definitions_of(database)),
              Contains(AllOf(Field(&Change::words, "column public.users.number: is now computed: GENERATED ALWAYS AS ((id + 1)) STORED"), Field(&Change::loses_data, true))));
}

TEST(Compare, TellsOfNothingBesideATableThatIsGone) {
  const TestDatabase database;
  database.execute(kBase);
  const auto before = definitions_of(database);
  database.execute("DROP TABLE posts CASCADE; DROP TABLE ranges");
  EXPECT_THAT(words_of(compare(before, definitions_of(database))), Not(Contains(AllOf(HasSubstr("public.posts"), Not(HasSubstr("publication")), Not(HasSubstr("table public.posts dropped"))))));
  EXPECT_THAT(words_of(compare(before, definitions_of(database))), Not(Contains(HasSubstr("ranges_1"))));
}

TEST(ScriptOf, NamesWhatHasNoSqlAsWorkForAPerson) {
  const Definitions before{{"type", "public.positive", "", "CREATE DOMAIN public.positive AS integer"}}, after{{"type", "public.positive", "", "CREATE DOMAIN public.positive AS bigint"}};
  const auto changes = compare(before, after);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].words, "type public.positive: was CREATE DOMAIN public.positive AS integer, is CREATE DOMAIN public.positive AS bigint");
  EXPECT_THAT(script_of(changes), ::testing::StartsWith("-- by hand: type public.positive: was"));
}

}  // namespace
}  // namespace safety::schema
