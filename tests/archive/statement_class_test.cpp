#include "libsafety/archive/statement_class.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>

#include "libsafety/archive/sql_script.hpp"

namespace safety::archive {
namespace {

using Kind = StatementClass::Kind;

void expect_class(std::string_view statement, Kind kind, std::string_view name, std::string_view table,
                  std::string_view referenced = "") {
  const auto found = classify(statement);
  EXPECT_EQ(found.kind, kind) << statement;
  EXPECT_EQ(found.name, name) << statement;
  EXPECT_EQ(found.table, table) << statement;
  EXPECT_EQ(found.referenced_table, referenced) << statement;
}

TEST(StatementClass, KnowsIndexes) {
  expect_class("CREATE INDEX i ON public.t USING btree (a);", Kind::create_index, R"("i")", R"("public"."t")");
  expect_class("create unique index concurrently if not exists \"I;\" on only S.\"a\"\"b\" using gin (x);",
               Kind::create_index, R"("I;")", R"("s"."a""b")");
  expect_class("/* a */ CREATE -- b\n INDEX ON t (a);", Kind::create_index, "", R"("t")");
}

TEST(StatementClass, KnowsConstraints) {
  for (const std::string what : {"PRIMARY KEY (a, b)", "UNIQUE (a)", "UNIQUE NULLS NOT DISTINCT (a, b)",
                                 "EXCLUDE USING gist (during WITH &&, a WITH =)", "unique (a) INCLUDE (b, c)"})
    expect_class("ALTER TABLE ONLY public.t\n    ADD CONSTRAINT \"My key\" " + what + ";", Kind::table_constraint,
                 R"("My key")", R"("public"."t")");
  expect_class(
      "ALTER TABLE ONLY a.t ADD CONSTRAINT f FOREIGN KEY (\"x)\", y) REFERENCES b.\"R\"(id, y) ON DELETE SET NULL;",
      Kind::foreign_key, R"("f")", R"("a"."t")", R"("b"."R")");
  expect_class("ALTER TABLE a.t ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES r NOT VALID;", Kind::foreign_key, R"("f")",
               R"("a"."t")", R"("r")");
}

TEST(StatementClass, KnowsWhichKeysAreChecked) {
  const std::string key = "ALTER TABLE ONLY t ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES r(id) ON DELETE CASCADE";
  for (const std::string checked : {"", " DEFERRABLE INITIALLY DEFERRED", " NOT DEFERRABLE"})
    EXPECT_TRUE(classify(key + checked + ";").is_checked) << checked;
  for (const std::string unchecked : {" NOT VALID", " DEFERRABLE not valid", " NOT ENFORCED", " NOT DEFERRABLE NOT VALID"})
    EXPECT_FALSE(classify(key + unchecked + ";").is_checked) << unchecked;
}

TEST(StatementClass, KnowsRefreshes) {
  expect_class("REFRESH MATERIALIZED VIEW public.mv;", Kind::refresh_matview, "", R"("public"."mv")");
  expect_class("REFRESH MATERIALIZED VIEW CONCURRENTLY \"M V\" WITH DATA;", Kind::refresh_matview, "", R"("M V")");
}

TEST(StatementClass, LeavesEverythingElseAsOther) {
  for (const std::string_view statement :
       {"", ";", "SELECT 1;", "CREATE TABLE t (a int);", "CREATE INDEX", "CREATE INDEX i;", "ALTER TABLE t",
        "ALTER TABLE", "ALTER TABLE ONLY t ADD CONSTRAINT c CHECK ((a > 0)) NOT VALID;",
        "ALTER TABLE t REPLICA IDENTITY FULL;", "ALTER TABLE ONLY t CLUSTER ON i;", "ALTER INDEX i ATTACH PARTITION j;",
        "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (",
        "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (a), ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r(a);",
        "CREATE TRIGGER t AFTER INSERT ON x EXECUTE FUNCTION f();", "REFRESH MATERIALIZED VIEW;",
        "COMMENT ON INDEX i IS 'CREATE INDEX i ON t (a);';", "\"create\" INDEX i ON t (a);"})
    expect_class(statement, Kind::other, "", "");
}

TEST(StatementClass, NamesOwners) {
  const std::pair<std::string_view, std::string_view> owners[] = {
      {"ALTER TABLE public.t OWNER TO bob;", "bob"},
      {"ALTER TABLE \"owner to x;\" OWNER TO \"Odd \"\"role\"\"; Owner: x\";", "Odd \"role\"; Owner: x"},
      {"ALTER FUNCTION public.f(owner to_, b text) OWNER TO Bob;", "bob"},
      {"ALTER LARGE OBJECT 4711 OWNER TO postgres;", "postgres"},
      {"ALTER OPERATOR public.=== (integer, integer) OWNER TO p", "p"},
      {"ALTER AGGREGATE public.a(*) OWNER TO p;", "p"},
      {"ALTER TABLE public.owner OWNER TO p;", "p"},
      {"ALTER SCHEMA media OWNER TO current_user;", "current_user"}};
  for (const auto& [statement, role] : owners) {
    EXPECT_TRUE(is_owner_change(statement)) << statement;
    EXPECT_EQ(owner_of(statement), role) << statement;
  }
  for (const std::string_view other :
       {"ALTER TABLE t ADD COLUMN owner text;", "COMMENT ON TABLE t IS 'ALTER TABLE t OWNER TO x;';",
        "ALTER TABLE t OWNER TO", "ALTER TABLE t ALTER COLUMN a SET DEFAULT 'OWNER TO x';",
        "ALTER SEQUENCE s OWNED BY t.a;", ""}) {
    EXPECT_FALSE(is_owner_change(other)) << other;
    EXPECT_EQ(owner_of(other), std::nullopt) << other;
  }
}

TEST(StatementClass, KnowsPrivileges) {
  for (const std::string_view statement :
       {"GRANT SELECT ON TABLE t TO r;", "revoke all on schema public from public;",
        "ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA b GRANT SELECT ON TABLES TO r;"})
    EXPECT_TRUE(is_privilege(statement)) << statement;
  for (const std::string_view other : {"ALTER TABLE grants OWNER TO x;", "SELECT 'GRANT';", "\"grant\" x;", ""})
    EXPECT_FALSE(is_privilege(other)) << other;
}

TEST(StatementClass, KnowsSettings) {
  const std::pair<std::string_view, std::string_view> settings[] = {
      {"SET statement_timeout = 0;", "statement_timeout"},
      {"SET client_encoding TO 'UTF8';", "client_encoding"},
      {"set local My.Param = 'x';", "my.param"},
      {"SET SESSION a=b;", "a"},
      {"SELECT pg_catalog.set_config('search_path', '', false);", "search_path"}};
  for (const auto& [statement, name] : settings) {
    EXPECT_TRUE(is_setting(statement)) << statement;
    EXPECT_EQ(setting_of(statement), name) << statement;
  }
  for (const std::string_view other :
       {"SELECT pg_catalog.setval('s', 1, false);", "SELECT pg_catalog.set_config('work_mem', '1GB', false);",
        "SET SESSION AUTHORIZATION 'x';", "SET ROLE x;", "RESET ALL;", "SELECT 1;", "SET", ""})
    EXPECT_FALSE(is_setting(other)) << other;
}

TEST(StatementClass, MakesNamesCanonical) {
  EXPECT_EQ(canonical_name("Public.Foo"), R"("public"."foo")");
  EXPECT_EQ(canonical_name("\"Public\" . \"a\"\"b.c\""), R"("Public"."a""b.c")");
  EXPECT_EQ(canonical_name("a$1_\xC3\x84"), "\"a$1_\xC3\x84\"");
  EXPECT_EQ(canonical_name("\"new\nline\""), "\"new\nline\"");
  EXPECT_EQ(canonical_name("a.b.c"), R"("a"."b"."c")");
  EXPECT_EQ(canonical_name(canonical_name("A.\"B\"")), canonical_name("a.\"B\""));
  EXPECT_EQ(canonical_name(""), "");
  EXPECT_EQ(canonical_name("'text'"), "");
}

TEST(StatementClass, ClassifiesARealPostDataSection) {
  std::ifstream file(SAFETY_SOURCE_DIR "/tests/archive/fixtures/odd_post_data.sql", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  SqlScript script(text);
  std::map<std::string, Kind> expected_by_type{{"CONSTRAINT", Kind::table_constraint},
                                               {"INDEX", Kind::create_index},
                                               {"FK CONSTRAINT", Kind::foreign_key},
                                               {"MATERIALIZED VIEW DATA", Kind::refresh_matview}};
  std::map<Kind, int> counts;
  while (const auto statement = script.next()) {
    const auto found = classify(statement->text);
    const auto expected = expected_by_type.find(statement->toc_type);
    EXPECT_EQ(found.kind, expected == expected_by_type.end() ? Kind::other : expected->second) << statement->text;
    EXPECT_EQ(found.table.empty(), found.kind == Kind::other);
    EXPECT_EQ(is_privilege(statement->text), statement->toc_type == "DEFAULT ACL");
    ++counts[found.kind];
  }
  EXPECT_EQ(counts[Kind::table_constraint], 4);
  EXPECT_EQ(counts[Kind::create_index], 4);
  EXPECT_EQ(counts[Kind::foreign_key], 1);
  EXPECT_EQ(counts[Kind::refresh_matview], 1);
}

}  // namespace
}  // namespace safety::archive
