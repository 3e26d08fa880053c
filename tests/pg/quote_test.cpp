#include "libsafety/pg/quote.hpp"

#include "tests/testing/testing.hpp"

namespace safety::pg {
namespace {

const std::vector<std::string> kNasty{"plain", "UPPER",     "two words", "quote\"inside", "\"",
                                      "\"\"",  "it's",      "''",        "back\\slash",   "trailing\\",
                                      "\\'",   "new\nline", "tab\t",     "semi;colon--",  "$1",
                                      "$$",    "%s",        "select",    "caf\xC3\xA9",   "\xE6\x97\xA5\xE6\x9C\xAC",
                                      "E'",    "/* x */",   " lead",     "trail ",        ".",
                                      "a.b"};

TEST(QuoteIdentifier, ComesBackFromTheServerAsItWas) {
  const testing::TestDatabase database;
  auto connection = database.connect();
  for (const auto& name : kNasty) {
    connection.execute("CREATE TABLE " + quote_qualified("public", name) + " (" + quote_identifier(name) + " int)");
    const auto rows = connection.execute(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum = 1");
    ASSERT_EQ(rows.rows(), 1);
    EXPECT_EQ(rows.value(0, 0), name);
    EXPECT_EQ(rows.value(0, 1), name);
    connection.execute("DROP TABLE " + quote_qualified("public", name));
  }
}

TEST(QuoteLiteral, ComesBackUnderEitherMeaningOfBackslash) {
  auto connection = testing::admin_connection();
  for (const char* conforming : {"on", "off"}) {
    connection.execute(std::string("SET standard_conforming_strings = ") + conforming);
    for (const auto& value : kNasty)
      EXPECT_EQ(connection.value_of("SELECT " + quote_literal(value)), value) << conforming;
    EXPECT_EQ(connection.value_of("SELECT length(" + quote_literal("") + ")"), "0");
  }
}

TEST(QuoteIdentifier, QuotesEvenWhatNeedsNoQuotes) {
  EXPECT_EQ(quote_identifier("a"), "\"a\"");
}

}  // namespace
}  // namespace safety::pg
