#include "libsafety/preflight/check.hpp"
#include "tests/testing/testing.hpp"

namespace safety::preflight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// "+table public.users" for what is added.
std::vector<std::string> effects(const std::string& sql) {
  std::vector<std::string> words;
  for (const auto& statement : effects_of({"m", "m.sql", sql, ""}))
    for (const auto& effect : statement.effects) words.push_back((effect.what == Effect::What::added ? "+" : "-") + effect.kind + " " + effect.name);
  return words;
}

TEST(Effects, OfTablesAndColumns) {
  EXPECT_THAT(effects("CREATE TABLE \"User\" (id serial PRIMARY KEY, email text UNIQUE)"), ElementsAre("+table public.\"User\""));
  EXPECT_THAT(effects("CREATE TABLE shop.t (a int) PARTITION BY RANGE (a)"), ElementsAre("+partitioned table shop.t"));
  EXPECT_THAT(effects("CREATE TABLE t AS SELECT 1"), ElementsAre("+table public.t"));
  EXPECT_THAT(effects("CREATE TEMP TABLE t (a int)"), IsEmpty());
  EXPECT_THAT(effects("DROP TABLE a, b.c"), ElementsAre("-table public.a", "-table b.c"));
  EXPECT_THAT(effects("ALTER TABLE t ADD COLUMN \"createdAt\" date, DROP COLUMN old"), ElementsAre("+column public.t.\"createdAt\"", "-column public.t.old"));
  EXPECT_THAT(effects("ALTER TABLE t RENAME COLUMN a TO \"B\""), ElementsAre("-column public.t.a", "+column public.t.\"B\""));
  EXPECT_THAT(effects("ALTER TABLE t RENAME TO u"), ElementsAre("-table public.t", "+table public.u"));
  EXPECT_THAT(effects("ALTER TABLE t SET SCHEMA s"), ElementsAre("-table public.t", "+table s.t"));
}

TEST(Effects, OfIndexesAndConstraints) {
  EXPECT_THAT(effects("CREATE UNIQUE INDEX \"User_email_key\" ON \"User\"(\"email\")"), ElementsAre("+index public.\"User_email_key\""));
  EXPECT_THAT(effects("CREATE INDEX ON s.t (a, b)"), ElementsAre("+index s.t_a_b_idx"));
  EXPECT_THAT(effects("DROP INDEX i"), ElementsAre("-index public.i"));
  EXPECT_THAT(effects("ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email)"), ElementsAre("+constraint public.users users_email_key"));
  EXPECT_THAT(effects("ALTER TABLE t ADD PRIMARY KEY (a), ADD UNIQUE (b, c), ADD FOREIGN KEY (d) REFERENCES o, ADD CHECK (e > 0)"),
              ElementsAre("+constraint public.t t_pkey", "+constraint public.t t_b_c_key", "+constraint public.t t_d_fkey"));
  EXPECT_THAT(effects("ALTER TABLE t ADD COLUMN a int REFERENCES o"), ElementsAre("+column public.t.a", "+constraint public.t t_a_fkey"));
  EXPECT_THAT(effects("ALTER TABLE t DROP CONSTRAINT \"C\""), ElementsAre("-constraint public.t \"C\""));
}

TEST(Effects, OfTypesAndTheRest) {
  EXPECT_THAT(effects("CREATE TYPE \"Role\" AS ENUM ('a'); ALTER TYPE \"Role\" ADD VALUE 'b'; DROP TYPE \"Role\""),
              ElementsAre("+type public.\"Role\"", "+type public.\"Role\"", "-type public.\"Role\""));
  EXPECT_THAT(effects("ALTER TYPE a RENAME TO b"), ElementsAre("-type public.a", "+type public.b"));
  EXPECT_THAT(effects("CREATE VIEW v AS SELECT 1; CREATE MATERIALIZED VIEW m AS SELECT 1; DROP VIEW v"),
              ElementsAre("+view public.v", "+materialized view public.m", "-view public.v"));
  EXPECT_THAT(effects("CREATE SEQUENCE s; CREATE SCHEMA \"S\"; CREATE EXTENSION citext"), ElementsAre("+sequence public.s", "+schema \"S\"", "+extension citext"));
  EXPECT_THAT(effects("CREATE FUNCTION f(a int, b varchar(3), OUT c text, d mood, e text[]) LANGUAGE sql AS ''"),
              ElementsAre("+function public.f(integer,character varying,public.mood,text[])"));
  EXPECT_THAT(effects("CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f(); DROP TRIGGER g ON t"), ElementsAre("+trigger public.t g", "-trigger public.t g"));
}

TEST(Effects, AreToldStatementByStatement) {
  const auto statements = effects_of({"m", "m.sql", "UPDATE t SET a = 1;\n\nDO $$ BEGIN\n ALTER TABLE t ADD COLUMN b int;\nEND $$;\nSELEC;\nDROP TABLE x;", ""});
  ASSERT_EQ(statements.size(), 4U);
  EXPECT_THAT(statements[0].effects, IsEmpty());
  EXPECT_EQ(statements[0].statement, "UPDATE t SET a = 1");
  EXPECT_EQ(statements[1].location.line, 3);
  ASSERT_EQ(statements[1].effects.size(), 1U);
  EXPECT_EQ(statements[1].effects[0].name, "public.t.b");
  EXPECT_THAT(statements[2].effects, IsEmpty());
  EXPECT_EQ(statements[3].location.line, 7);
  EXPECT_EQ(statements[3].location.file, "m.sql");
}

}  // namespace
}  // namespace safety::preflight
