#include "libsafety/preflight/exclusion.hpp"

#include "tests/testing/testing.hpp"

namespace safety::preflight {
namespace {

/// "expression|operator" of each element, then the predicate.
std::string taken_apart(std::string_view definition) {
  const auto exclusion = parse_exclusion(definition);
  if (!exclusion) return "(not understood)";
  std::string text;
  for (const auto& element : exclusion->elements) text += element.expression + "|" + element.operator_name + ";";
  return text + exclusion->predicate;
}

TEST(Exclusion, IsTakenApart) {
  EXPECT_EQ(taken_apart("EXCLUDE USING gist (room WITH =, during WITH &&)"), "room|=;during|&&;");
  EXPECT_EQ(taken_apart("exclude (a with = , \"with, (\" WITH <>) where (a > 0)"), "a|=;\"with, (\"|<>;a > 0");
  EXPECT_EQ(
      taken_apart(
          "EXCLUDE USING gist (tsrange(\"from\", \"to\") WITH &&) INCLUDE (x) WHERE ((state <> 'WHERE (')) DEFERRABLE"),
      "tsrange(\"from\", \"to\")|&&;(state <> 'WHERE (')");
  EXPECT_EQ(taken_apart("CONSTRAINT x EXCLUDE USING gist (room gist_int4_ops DESC NULLS LAST WITH =, (a + b) int4_ops "
                        "WITH OPERATOR(pg_catalog.=))"),
            "room|=;(a + b)|OPERATOR(pg_catalog.=);");
  EXPECT_EQ(taken_apart("EXCLUDE (name COLLATE \"de_DE\" text_ops WITH =)"), "name COLLATE \"de_DE\"|=;");
  EXPECT_EQ(taken_apart("(c WITH &&)"), "c|&&;");
}

TEST(Exclusion, IsNotGuessedWhereItIsSomethingElse) {
  for (const char* text : {"", "EXCLUDE", "EXCLUDE USING gist", "EXCLUDE ()", "EXCLUDE (a)", "EXCLUDE (a WITH)",
                           "EXCLUDE (WITH =)", "EXCLUDE (a WITH =", "("})
    EXPECT_EQ(taken_apart(text), "(not understood)") << text;
}

}  // namespace
}  // namespace safety::preflight
