// The names that effects give beside those of a real server's catalog.

#include <set>

#include "libsafety/preflight/check.hpp"
#include "libsafety/preflight/tree.hpp"
#include "libsafety/schema/fingerprint.hpp"
#include "tests/testing/testing.hpp"

namespace safety::preflight {
namespace {

using testing::TestDatabase;

constexpr const char* kSql = R"sql(
CREATE SCHEMA "Shop";
CREATE TYPE "Role" AS ENUM ('USER');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN "select" AS int CHECK (VALUE > 0);
CREATE TABLE "User" (id serial PRIMARY KEY, email text, "role" "Role");
CREATE TABLE "Shop"."order" (id bigint, "userId" int, during tstzrange, total numeric(10, 2)) PARTITION BY RANGE (id);
CREATE TABLE notes (id int, "user" int, "text" text);
ALTER TABLE "User" ADD UNIQUE (email), ADD CONSTRAINT "is long" CHECK (length(email) > 3);
ALTER TABLE notes ADD PRIMARY KEY (id), ADD FOREIGN KEY ("user") REFERENCES "User" (id);
CREATE INDEX ON notes ("user", "text");
CREATE UNIQUE INDEX "Notes_text" ON public.notes (lower("text"));
CREATE INDEX ON "Shop"."order" ("userId");
CREATE VIEW people AS SELECT id FROM "User";
CREATE MATERIALIZED VIEW "Totals" AS SELECT count(*) FROM notes;
CREATE SEQUENCE numbers;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION "F"(a int, b varchar(3), OUT c text, d "Role", e text[], f "Shop"."order", g timestamptz DEFAULT now()) LANGUAGE sql AS $$ SELECT 'x'::text $$;
CREATE TRIGGER "Touch" BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE notes RENAME CONSTRAINT notes_user_fkey TO "notes_User";
ALTER INDEX "Notes_text" RENAME TO notes_text;
ALTER TYPE pair RENAME TO couple;
)sql";

TEST(Names, OfEffectsAreThoseOfTheCatalog) {
  const TestDatabase database;
  auto connection = database.connect();
  connection.execute(kSql);
  pg::use_dump_settings(connection);
  std::set<std::string> there;
  for (const auto& object : schema::read_objects(connection)) there.insert(object.kind + " " + object.name);
  std::size_t added = 0;
  std::set<std::string> dropped;
  const auto statements = effects_of({"m", "m.sql", kSql, ""});
  for (const auto& statement : statements)
    for (const auto& effect : statement.effects)
      if (effect.what == Effect::What::dropped) dropped.insert(effect.name);
  for (const auto& statement : statements)
    for (const auto& effect : statement.effects) {
      if (effect.what == Effect::What::dropped || dropped.contains(effect.name)) continue;
      // A renamed composite type is told apart from other types by the catalog alone.
      if (effect.name == "public.couple") continue;
      EXPECT_TRUE(there.contains(effect.kind + " " + effect.name)) << effect.kind << " " << effect.name << " of " << statement.statement;
      ++added;
    }
  EXPECT_GE(added, 19U);
}

TEST(Names, AreQuotedAsTheServerDoes) {
  const TestDatabase database;
  auto connection = database.connect();
  const auto rows = connection.execute(
      "SELECT n, pg_catalog.quote_ident(n) FROM (SELECT word FROM pg_catalog.pg_get_keywords() UNION VALUES ('a b'), ('A'), ('a\"b'), ('_'), ('1'), ('é')) AS x(n)");
  ASSERT_GT(rows.rows(), 400);
  for (int row = 0; row < rows.rows(); ++row) {
    // Keywords that are newer than the grammar here are quoted by their server only, which does no harm.
    if (connection.server_major() > 15 && rows.text(row, 1).front() == '"' && quote_where_needed(rows.text(row, 0)) == rows.text(row, 0)) continue;
    EXPECT_EQ(quote_where_needed(rows.text(row, 0)), rows.text(row, 1));
  }
}

}  // namespace
}  // namespace safety::preflight
