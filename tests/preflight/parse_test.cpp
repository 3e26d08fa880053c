#include "libsafety/preflight/parse.hpp"

#include "libsafety/preflight/tokens.hpp"
#include "libsafety/preflight/tree.hpp"
#include "tests/testing/testing.hpp"

namespace safety::preflight {
namespace {

using Kind = Statement::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Seen {
  Kind kind;
  int line;
  std::string text;
  bool operator==(const Seen&) const = default;
};
void PrintTo(const Seen& seen, std::ostream* out) { *out << static_cast<int>(seen.kind) << ":" << seen.line << ":" << seen.text; }

std::vector<Seen> statements_of(std::string_view sql) {
  std::vector<Seen> seen;
  for (const auto& statement : parse_script(sql).statements) seen.push_back({statement.kind, statement.line, statement.text});
  return seen;
}

TEST(ParseScript, TellsStatementsApartWithTheirLines) {
  EXPECT_THAT(statements_of("-- first\nSELECT 1; SELECT\n  2;\n\n/* a; b */ SELECT ';' ;\nSELECT 4"),
              ElementsAre(Seen{Kind::sql, 2, "SELECT 1"}, Seen{Kind::sql, 2, "SELECT\n  2"}, Seen{Kind::sql, 5, "SELECT ';'"}, Seen{Kind::sql, 6, "SELECT 4"}));
}

TEST(ParseScript, FindsNothingInEmptyText) {
  for (const auto* text : {"", "\n", "-- only a comment", "/* open or not */", ";;\n;", "\xEF\xBB\xBF", "\xEF\xBB\xBF-- x\r\n"})
    EXPECT_THAT(statements_of(text), IsEmpty()) << text;
}

TEST(ParseScript, PassesOverByteOrderMarkAndCarriageReturns) {
  EXPECT_THAT(statements_of("\xEF\xBB\xBFSELECT 1;\r\nSELECT 2;\r\n"), ElementsAre(Seen{Kind::sql, 1, "SELECT 1"}, Seen{Kind::sql, 2, "SELECT 2"}));
}

TEST(ParseScript, KeepsWhatFollowsAStatementThatDoesNotParse) {
  const auto script = parse_script("SELECT 1;\nSELEC 'ä;ö' FROM\n  x;\nSELECT 3;");
  ASSERT_EQ(script.statements.size(), 3U);
  const auto& broken = script.statements[1];
  EXPECT_EQ(broken.kind, Kind::broken);
  EXPECT_EQ(broken.line, 2);
  EXPECT_EQ(broken.error, "syntax error at or near \"SELEC\"");
  EXPECT_EQ(script.statements[2].kind, Kind::sql);
  EXPECT_EQ(script.statements[2].line, 4);
}

TEST(ParseScript, SaysAtWhichByteItStopsUnderstanding) {
  const auto script = parse_script("SELECT 'äöü' FRO M x y;");
  ASSERT_EQ(script.statements.size(), 1U);
  EXPECT_EQ(script.statements[0].text.substr(script.statements[0].error_at, 3), "M x");
}

TEST(ParseScript, TakesWhatNeverEndsForBroken) {
  for (const auto* open : {"SELECT 'abc", "SELECT \"abc", "SELECT $x$ abc", "/* abc", "SELECT 1 /* abc", "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1;"}) {
    const auto script = parse_script(std::string("SELECT 1;\n\n") + open);
    ASSERT_EQ(script.statements.size(), 2U) << open;
    EXPECT_EQ(script.statements[0].kind, Kind::sql) << open;
    EXPECT_EQ(script.statements[1].kind, Kind::broken) << open;
    EXPECT_EQ(script.statements[1].line, 3) << open;
    EXPECT_FALSE(script.statements[1].error.empty()) << open;
  }
}

TEST(ParseScript, RefusesAZeroByte) {
  const auto script = parse_script(std::string_view("SELECT 1;\nSELECT '\0';", 20));
  ASSERT_EQ(script.statements.size(), 2U);
  EXPECT_THAT(script.statements[1].error, HasSubstr("zero byte"));
}

TEST(ParseScript, RefusesWhatIsNotUtf8) {
  const auto script = parse_script("SELECT 1;\nSELECT 'M\xFCller';\nSELECT 'Müller';");
  ASSERT_EQ(script.statements.size(), 3U);
  EXPECT_EQ(script.statements[1].kind, Kind::broken);
  EXPECT_THAT(script.statements[1].error, HasSubstr("not UTF-8"));
  EXPECT_EQ(script.statements[1].error_at, 9U);
  EXPECT_EQ(script.statements[2].kind, Kind::sql);
}

TEST(ParseScript, RecognisesCommandsOfPsqlWhereverTheyStand) {
  EXPECT_THAT(statements_of("\\set x 'a;b'\nSELECT 1; \\echo done\nSELECT 2 \\gexec\nSELECT 3;\n\\restrict abc"),
              ElementsAre(Seen{Kind::meta, 1, "\\set x 'a;b'"}, Seen{Kind::sql, 2, "SELECT 1"}, Seen{Kind::meta, 2, "\\echo done"}, Seen{Kind::sql, 3, "SELECT 2"},
                          Seen{Kind::meta, 3, "\\gexec"}, Seen{Kind::sql, 4, "SELECT 3"}, Seen{Kind::meta, 5, "\\restrict abc"}));
}

TEST(ParseScript, PassesOverTheRowsOfCopy) {
  EXPECT_THAT(statements_of("COPY t FROM stdin;\n1; DROP TABLE x;\n\\.\nSELECT 1;"),
              ElementsAre(Seen{Kind::rows, 1, "COPY t FROM stdin"}, Seen{Kind::sql, 4, "SELECT 1"}));
  EXPECT_THAT(statements_of("COPY t FROM stdin;\n1; DROP TABLE x;"), ElementsAre(Seen{Kind::rows, 1, "COPY t FROM stdin"}));
}

TEST(ParseScript, KeepsBodiesOfFunctionsWhole) {
  EXPECT_EQ(statements_of("CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3;").size(), 2U);
  EXPECT_EQ(statements_of("CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $a$ BEGIN RETURN 1; END $a$; SELECT 3;").size(), 2U);
  EXPECT_EQ(statements_of("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3;").size(), 2U);
}

TEST(ParseScript, LooksIntoBlocksOfCode) {
  const auto script = parse_script(
      "DO $$\nBEGIN\n  IF EXISTS (SELECT 1) THEN\n    DROP TABLE a;\n  ELSE\n    EXECUTE 'DROP TABLE b';\n  END IF;\n  x := 1;\n"
      "EXCEPTION WHEN duplicate_object THEN NULL;\nEND $$;\nSELECT 1;");
  ASSERT_EQ(script.statements.size(), 4U);
  EXPECT_FALSE(script.statements[0].is_nested);
  EXPECT_TRUE(script.statements[1].is_nested);
  EXPECT_EQ(script.statements[1].text, "DROP TABLE a");
  EXPECT_EQ(script.statements[1].line, 4);
  EXPECT_EQ(script.statements[2].text, "DROP TABLE b");
  EXPECT_EQ(script.statements[2].line, 6);
  EXPECT_FALSE(script.statements[3].is_nested);
}

TEST(ParseScript, DoesNotDieOfLongOrDeepExpressions) {
  std::string sum = "SELECT 1", deep = "SELECT ", many = "INSERT INTO t VALUES (0)";
  for (int i = 0; i < 200000; ++i) sum += "+1";
  deep += std::string(100000, '(') + "1" + std::string(100000, ')');
  for (int i = 0; i < 20000; ++i) many += ", (" + std::to_string(i) + ")";
  EXPECT_EQ(parse_script(sum).statements.at(0).kind, Kind::broken);
  EXPECT_EQ(parse_script(deep).statements.at(0).kind, Kind::broken);
  EXPECT_EQ(parse_script(many).statements.at(0).kind, Kind::sql);
}

TEST(Tokens, KnowStringsNamesAndComments) {
  const std::string sql = "a \"b \"\"; c\" 'd '' e' E'f\\' g' $x$ h $$ i $x$ -- j\n /* k /* l */ m */ U&'n' 1.5e3 ($1)";
  const Tokens tokens(sql);
  std::vector<std::string> raw;
  for (std::size_t i = 0; i < tokens.size(); ++i) raw.emplace_back(tokens.raw(i));
  EXPECT_THAT(raw, ElementsAre("a", "\"b \"\"; c\"", "'d '' e'", "E'f\\' g'", "$x$ h $$ i $x$", "U&'n'", "1.5e3", "(", "$", "1", ")"));
  EXPECT_EQ(tokens.text(0, tokens.size()), "a \"b \"\"; c\" 'd '' e' E'f\\' g' $x$ h $$ i $x$ U&'n' 1.5e3 ($1)");
}

TEST(Names, AreQuotedWhereSqlNeedsIt) {
  for (const auto* plain : {"users", "_x1", "name", "role", "data"}) EXPECT_EQ(quote_where_needed(plain), plain);
  EXPECT_EQ(quote_where_needed("User"), "\"User\"");
  EXPECT_EQ(quote_where_needed("user"), "\"user\"");
  EXPECT_EQ(quote_where_needed("select"), "\"select\"");
  EXPECT_EQ(quote_where_needed("1a"), "\"1a\"");
  EXPECT_EQ(quote_where_needed("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quote_where_needed("ä"), "\"ä\"");
  EXPECT_EQ(quote_where_needed(""), "\"\"");
}

}  // namespace
}  // namespace safety::preflight
