#include "libsafety/archive/sql_script.hpp"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "libsafety/base/error.hpp"
#include "tests/archive/fixture.hpp"

namespace safety::archive {
namespace {

// Everything that a script yields, with the rows behind their statement.
struct Seen {
  Statement statement;
  std::string rows;
  bool operator==(const Seen& other) const {
    const auto fields = [](const Seen& s) {
      return std::tie(s.statement.kind, s.statement.text, s.statement.line, s.statement.offset, s.statement.toc_name,
                      s.statement.toc_type, s.statement.toc_schema, s.rows);
    };
    return fields(*this) == fields(other);
  }
};

std::vector<Seen> read_all(SqlScript script) {
  std::vector<Seen> all;
  while (auto statement = script.next()) {
    Seen seen{std::move(*statement), {}};
    if (seen.statement.kind == Statement::Kind::copy_from_stdin)
      for (std::string rows; script.next_rows(rows);) {
        EXPECT_TRUE(rows.ends_with('\n'));
        seen.rows += rows;
      }
    all.push_back(std::move(seen));
  }
  return all;
}

SqlScript::Source in_pieces(std::string_view text, std::size_t first, std::size_t others) {
  return [text, size = first, others](std::string& into) mutable {
    into.append(text.substr(0, size));
    text.remove_prefix(std::min(size, text.size()));
    size = others;
    return !text.empty();
  };
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> texts;
  for (const auto& seen : read_all(SqlScript(text))) texts.push_back(seen.statement.text);
  return texts;
}

using Texts = std::vector<std::string>;

// What is left unread must be an error that names the line.
void expect_incomplete(std::string_view text, const std::string& message) {
  try {
    read_all(SqlScript(text));
    FAIL() << text;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::archive_incomplete);
    EXPECT_EQ(error.message(), message);
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST(SqlScript, SplitsAtSemicolons) {
  EXPECT_EQ(split("SELECT 1; SELECT\n2;"), (Texts{"SELECT 1;", "SELECT\n2;"}));
  EXPECT_EQ(split(""), Texts{});
  EXPECT_EQ(split(" \n\t -- nothing\n/* here */"), Texts{});
}

TEST(SqlScript, PassesOverEmptyStatements) {
  EXPECT_EQ(split(";; SELECT 1;\n;"), Texts{"SELECT 1;"});
}

TEST(SqlScript, KeepsSemicolonsInStringsAndNames) {
  for (const std::string one :
       {"SELECT 'a;''b;';", "SELECT 'backslash \\';", "SELECT \"a;\"\"b;\";", "SELECT U&'d;\\';", "SELECT U&\"d;\\\";",
        "SELECT B'1;', X'f;', N';';", "SELECT E'a\\';b\\\\';", "SELECT e'a'';\\';b';", "SELECT '--;', '/*;', '$$;';"})
    EXPECT_EQ(split(one + "SELECT 2;"), (Texts{one, "SELECT 2;"})) << one;
}

TEST(SqlScript, EndsAPlainStringAtAQuoteAfterABackslash) {
  EXPECT_EQ(split("SELECT 'a\\'; SELECT 'b';"), (Texts{"SELECT 'a\\';", "SELECT 'b';"}));
  // Only a lone E makes backslashes escape: here it is the end of a longer word.
  EXPECT_EQ(split("SELECT typE'a\\'; SELECT 'b';"), (Texts{"SELECT typE'a\\';", "SELECT 'b';"}));
}

TEST(SqlScript, KeepsSemicolonsInDollarQuotes) {
  for (const std::string one : {"DO $$ a; $ b; $$;", "DO $t$ ; $$ ; $T$ ; $t $t$;", "DO $_$ ; $1; $_$;",
                                "DO $\xC3\xA4"
                                "1$ ; $\xC3\xA4"
                                "1$;",
                                "DO $a$ ;$b$a$;"})
    EXPECT_EQ(split(one + "SELECT 2;"), (Texts{one, "SELECT 2;"})) << one;
}

TEST(SqlScript, KnowsADollarSignThatQuotesNothing) {
  EXPECT_EQ(split("SELECT a$$; SELECT b$$;"), (Texts{"SELECT a$$;", "SELECT b$$;"}));
  EXPECT_EQ(split("SELECT $1$ ; SELECT $1;"), (Texts{"SELECT $1$ ;", "SELECT $1;"}));
  EXPECT_EQ(split("SELECT $; SELECT $a; SELECT $a$;$a$;"), (Texts{"SELECT $;", "SELECT $a;", "SELECT $a$;$a$;"}));
}

TEST(SqlScript, SkipsCommentsBetweenStatementsAndKeepsThemInside) {
  EXPECT_EQ(split("-- a;\n/* b; /* c; */ ; */ SELECT 1 -- d;\n /* e; */;"), Texts{"SELECT 1 -- d;\n /* e; */;"});
  EXPECT_EQ(split("SELECT 1 /*/ ; */;"), Texts{"SELECT 1 /*/ ; */;"});
  EXPECT_EQ(split("SELECT 3 - 2 / 1;"), Texts{"SELECT 3 - 2 / 1;"});
}

TEST(SqlScript, KeepsSemicolonsInParentheses) {
  EXPECT_EQ(split("CREATE RULE r AS ON INSERT TO v DO INSTEAD (a; (b; c););SELECT 1;").size(), 2u);
  EXPECT_EQ(split("SELECT 1); SELECT 2;").size(), 2u);
}

TEST(SqlScript, KeepsTheStatementsOfABeginAtomicBody) {
  const std::string body = " BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; SELECT 2; END;";
  for (const std::string head : {"CREATE FUNCTION f()", "create or replace function f()", "CREATE PROCEDURE p()",
                                 "CREATE OR REPLACE PROCEDURE p(case int, begin int)"})
    EXPECT_EQ(split(head + body + "SELECT 3;"), (Texts{head + body, "SELECT 3;"})) << head;
  EXPECT_EQ(split("BEGIN; SELECT 1; END;").size(), 3u);
  EXPECT_EQ(split("CREATE TABLE begin (a int); SELECT 1;").size(), 2u);
  EXPECT_EQ(split("CREATE FUNCTION f() RETURN CASE WHEN a THEN 1 END; SELECT 1;").size(), 2u);
}

TEST(SqlScript, ReadsCopyData) {
  const auto all = read_all(SqlScript("COPY public.t (a, \"b;\") FROM stdin;\n1\t;\n\\\\.\n\\.x\n\n\\.\nSELECT 1;"));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].statement.kind, Statement::Kind::copy_from_stdin);
  EXPECT_EQ(all[0].statement.text, "COPY public.t (a, \"b;\") FROM stdin;");
  EXPECT_EQ(all[0].rows, "1\t;\n\\\\.\n\\.x\n\n");
  EXPECT_EQ(all[1].statement.line, 7u);
}

TEST(SqlScript, RecognisesEveryCopyThatReadsFromTheClient) {
  for (const std::string copy :
       {"copy t from STDIN;", "COPY t FROM stdin WITH (FORMAT csv, HEADER);",
        "COPY t /* ; */ FROM -- ;\n stdin WHERE a > 1;", "COPY \"from\"(\"to\") FROM STDIN CSV;"}) {
    const auto all = read_all(SqlScript(copy + "\nrow\n\\.\n"));
    ASSERT_EQ(all.size(), 1u) << copy;
    EXPECT_EQ(all[0].rows, "row\n") << copy;
  }
  for (const std::string other : {"COPY t FROM '/stdin';", "COPY t TO STDOUT;", "COPY (SELECT a FROM stdin) TO '/x';",
                                  "SELECT 1 FROM stdin;", "COPY stdin FROM PROGRAM 'x';"})
    EXPECT_EQ(read_all(SqlScript(other))[0].statement.kind, Statement::Kind::sql) << other;
}

TEST(SqlScript, ReadsCopyDataWithWindowsLineEnds) {
  const auto all = read_all(SqlScript("COPY t FROM stdin;\r\n1\r\n\\.\r\nSELECT 1;\r\n\\connect x\r\n"));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].rows, "1\r\n");
  EXPECT_EQ(all[2].statement.text, "\\connect x");
}

TEST(SqlScript, TakesTheEndMarkWithoutANewlineAtTheEnd) {
  const auto all = read_all(SqlScript("COPY t FROM stdin;\n1\n\\."));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].rows, "1\n");
}

TEST(SqlScript, LeavesTheRestOfTheCopyLineForAfterTheRows) {
  const auto all = read_all(SqlScript("COPY a FROM stdin; COPY b FROM stdin; SELECT 1;\n1\n\\.\n2\n\\.\nSELECT 2;"));
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].rows, "1\n");
  EXPECT_EQ(all[1].rows, "2\n");
  EXPECT_EQ(all[2].statement.text, "SELECT 1;");
  EXPECT_EQ(all[3].statement.line, 6u);
  EXPECT_EQ(all[3].statement.offset, 58u);
}

TEST(SqlScript, SkipsRowsThatNobodyRead) {
  SqlScript script("COPY t FROM stdin;\nSELECT 'not sql\n\\.\nSELECT 1;");
  ASSERT_TRUE(script.next());
  EXPECT_EQ(script.next()->text, "SELECT 1;");
  std::string rows = "old";
  EXPECT_FALSE(script.next_rows(rows));
  EXPECT_EQ(rows, "");
}

TEST(SqlScript, GivesRowsInPiecesOfAboutAMegabyte) {
  std::string text = "COPY t FROM stdin;\n";
  while (text.size() < 5'000'000) text += "some row\twith columns\n";
  const std::string data = text.substr(19);
  text += "\\.\n";
  SqlScript script(in_pieces(text, text.size(), 1));
  ASSERT_TRUE(script.next());
  std::string rows, all;
  while (script.next_rows(rows)) {
    EXPECT_LE(rows.size(), std::size_t{1} << 20);
    all += rows;
  }
  EXPECT_TRUE(all == data);
}

TEST(SqlScript, ReadsARowAndAStatementLargerThanEveryBuffer) {
  const std::string big(9'000'000, 'x');
  const auto text = "COPY t FROM stdin;\n1\n" + big + "\n2\n\\.\nSELECT '" + big + "'; SELECT 2;";
  for (const std::size_t piece : {std::size_t{4096}, text.size()}) {
    const auto all = read_all(SqlScript(in_pieces(text, piece, piece)));
    ASSERT_EQ(all.size(), 3u);
    EXPECT_TRUE(all[0].rows == "1\n" + big + "\n2\n");
    EXPECT_EQ(all[1].statement.text.size(), big.size() + 10);
    EXPECT_EQ(all[2].statement.text, "SELECT 2;");
    EXPECT_EQ(all[2].statement.offset, text.size() - 9);
    EXPECT_EQ(all[2].statement.line, 6u);
  }
}

TEST(SqlScript, GivesBackslashCommandsAsMeta) {
  const auto all =
      read_all(SqlScript("\\restrict abc\nSELECT 1;\n  \\connect \"a;b\"\nSELECT '\n\\x';\n\\unrestrict abc"));
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0].statement.kind, Statement::Kind::meta);
  EXPECT_EQ(all[0].statement.text, "\\restrict abc");
  EXPECT_EQ(all[2].statement.text, "\\connect \"a;b\"");
  EXPECT_EQ(all[3].statement.kind, Statement::Kind::sql);
  EXPECT_EQ(all[4].statement.text, "\\unrestrict abc");
}

TEST(SqlScript, PassesOverAByteOrderMark) {
  EXPECT_EQ(split("\xEF\xBB\xBFSELECT 1;"), Texts{"SELECT 1;"});
}

TEST(SqlScript, TellsLineAndOffset) {
  const std::string text = "-- a\n\nSELECT\n1; SELECT 2;\n/* x\n */ SELECT 3;";
  const auto all = read_all(SqlScript(text));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].statement.line, 3u);
  EXPECT_EQ(all[1].statement.line, 4u);
  EXPECT_EQ(all[2].statement.line, 6u);
  for (const auto& seen : all) EXPECT_EQ(text.find(seen.statement.text), seen.statement.offset);
}

TEST(SqlScript, TakesObjectsFromCommentBlocks) {
  const auto all = read_all(SqlScript(
      "SET x = 1;\n--\n-- Name: a; Type: VIEW; Schema: b; Owner: c; Type: TABLE; Schema: Od;d; Owner: me; Tablespace: "
      "t\n"
      "--\n\nSELECT 1;SELECT 2;\n-- an ordinary comment\nSELECT 3;\n-- Data for Name: t; Type: TABLE DATA; Schema: s; "
      "Owner: -\nSELECT 4;\n-- Name: s; Type: SCHEMA; Schema: -; Owner: -\r\nSELECT 5;\n-- PostgreSQL database dump "
      "complete\nSELECT 6;"));
  ASSERT_EQ(all.size(), 7u);
  const auto toc = [&](std::size_t i) {
    const auto& s = all[i].statement;
    return s.toc_name + "|" + s.toc_type + "|" + s.toc_schema;
  };
  EXPECT_EQ(toc(0), "||");
  for (const std::size_t i : {1u, 2u, 3u}) EXPECT_EQ(toc(i), "a; Type: VIEW; Schema: b; Owner: c|TABLE|Od;d");
  EXPECT_EQ(toc(4), "t|TABLE DATA|s");
  EXPECT_EQ(toc(5), "s|SCHEMA|");
  EXPECT_EQ(toc(6), "||");
}

TEST(SqlScript, ReadsCommentBlocksOfOddOwnersAndIgnoresImitations) {
  const auto schema_of = [](const std::string& comment) {
    const auto statement = SqlScript(comment + "\nSELECT 1;").next();
    return statement->toc_type + "|" + statement->toc_schema;
  };
  EXPECT_EQ(schema_of("-- Name: a; Type: ACL; Schema: s; Owner: x; Owner: y; Schema: z"), "ACL|s");
  EXPECT_EQ(schema_of("-- Name: a; Type: ; Type: ACL; Schema: s;; Owner: x"), "ACL|s;");
  for (const std::string other :
       {"-- Name: a", "-- Name: a; Type: X; Schema: s", "-- Name: ; Schema: s; Owner: o",
        "-- Names: a; Type: X; Schema: s; Owner: o", "-- Name: a; Type: x; Schema: s; Owner: o"})
    EXPECT_EQ(schema_of(other), "|") << other;
}

TEST(SqlScript, RefusesTextThatEndsInsideSomething) {
  expect_incomplete("SELECT 1;\nSELECT 2", "script ends inside the statement that begins at line 2");
  expect_incomplete("SELECT (\n';", "script ends inside the string that begins at line 2");
  expect_incomplete("SELECT E'\\'", "script ends inside the string that begins at line 1");
  expect_incomplete("SELECT\n\n$a$ $b$;", "script ends inside the dollar-quoted string that begins at line 3");
  expect_incomplete("SELECT \"a;", "script ends inside the quoted name that begins at line 1");
  expect_incomplete("SELECT 1;\n/* a\n\n/* b */", "script ends inside the comment that begins at line 2");
  expect_incomplete("SELECT 1\n/* a\n\n/", "script ends inside the comment that begins at line 2");
  expect_incomplete("\n\nCOPY t FROM stdin;\n1\n2\n", "script ends inside the COPY data that begins at line 3");
  expect_incomplete("COPY t FROM stdin;\n1\n\\.x", "script ends inside the COPY data that begins at line 1");
  expect_incomplete("COPY t FROM stdin;", "script ends inside the COPY data that begins at line 1");
  expect_incomplete("SELECT (1;", "script ends inside the statement that begins at line 1");
  expect_incomplete("CREATE FUNCTION f() BEGIN ATOMIC SELECT 1;",
                    "script ends inside the statement that begins at line 1");
}

TEST(SqlScript, SplitsTheSameWhereverTheTextIsCut) {
  const std::string text =
      "\xEF\xBB\xBF-- Name: n; Type: T; Schema: -; Owner: o\nSELECT E'\\';''', 'x''y', \"q\"\"\", $t$ $$;$t$, a$b, $1 "
      "- 2 / "
      "3;\n/* c /* d */ */ CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE 1 END; END;\n\\meta x\r\n"
      "COPY t FROM stdin; SELECT 0;\n\\.x\n\\\\.\n1\t2\r\n\\.\r\nSELECT 1 -- ;\n;COPY u FROM stdin;\n\\.\n;SELECT "
      "$ä$;$ä$;\n";
  const auto whole = read_all(SqlScript(text));
  ASSERT_EQ(whole.size(), 8u);
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    EXPECT_EQ(read_all(SqlScript(in_pieces(text, cut, text.size()))), whole) << cut;
  for (std::size_t size = 1; size <= 7; ++size)
    EXPECT_EQ(read_all(SqlScript(in_pieces(text, size, size))), whole) << size;
}

// The counts are those of the server's log while psql 15 ran the file.
TEST(SqlScript, CountsTheStatementsThatPsqlSends) {
  const std::pair<const char*, std::size_t> files[] = {{"odd_whole.sql", 81},         {"odd_verbose_clean.sql", 110},
                                                       {"odd_pre_data.sql", 54},      {"odd_post_data.sql", 25},
                                                       {"odd_large_objects.sql", 18}, {"odd_inserts.sql", 25}};
  for (const auto& [file, expected] : files) {
    const auto text = read_fixture(file);
    const auto all = read_all(SqlScript(text));
    std::size_t sent = 0, meta = 0;
    for (const auto& seen : all) {
      ++(seen.statement.kind == Statement::Kind::meta ? meta : sent);
      EXPECT_EQ(text.compare(seen.statement.offset, seen.statement.text.size(), seen.statement.text), 0);
    }
    EXPECT_EQ(sent, expected) << file;
    EXPECT_EQ(meta, 2u) << file;
    for (std::size_t size = 1; size <= 7; ++size)
      EXPECT_TRUE(read_all(SqlScript(in_pieces(text, size, size))) == all) << file << " " << size;
  }
}

TEST(SqlScript, ReadsTheRowsAndObjectsOfARealDump) {
  const auto text = read_fixture("odd_whole.sql");
  std::string rows;
  std::size_t objects = 0;
  for (const auto& seen : read_all(SqlScript(text))) {
    if (seen.statement.toc_name == "asset" && seen.statement.toc_type == "TABLE DATA") rows = seen.rows;
    objects += seen.statement.toc_name == "new line; --" && seen.statement.toc_schema == "public";
  }
  EXPECT_EQ(rows,
            "1\t\\\\.\t\\N\t\\\\.\\n\\\\.\t\\N\n2\ttab\\there\t\\N\t\\N\t\\N\n3\tx\\\\."
            "\t\\N\tline\\r\\nbreak\t\\N\n4\t\t1\t;\t\\N\n");
  EXPECT_EQ(objects, 3u);
}

}  // namespace
}  // namespace safety::archive
