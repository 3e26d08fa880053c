#include "libsafety/backup/table_pattern.hpp"

#include <gtest/gtest.h>

namespace safety::backup {
namespace {

struct Case {
  const char *pattern, *schema, *table;
  bool matches;
};

TEST(TablePattern, MatchesAsPgDumpDoes) {
  const Case cases[] = {
      {"users", "public", "users", true},
      {"users", "other", "users", true},  // without a schema: any
      {"users", "public", "users2", false},
      {"users", "public", "Users", false},
      {"USERS", "public", "users", true},  // unquoted letters fold
      {"\"Users\"", "public", "Users", true},
      {"\"Users\"", "public", "users", false},
      {"public.users", "public", "users", true},
      {"public.users", "other", "users", false},
      {"PUBLIC.\"Users\"", "public", "Users", true},
      {"audit_*", "public", "audit_2026", true},
      {"audit_*", "public", "audit_", true},
      {"audit_*", "public", "xaudit_1", false},
      {"*", "public", "anything", true},
      {"*.*", "any", "thing", true},
      {"p*.t?", "public", "t1", true},
      {"p*.t?", "public", "t12", false},
      {"t?", "public", "t", false},
      {"*a*b*", "public", "xxaxxbxx", true},
      {"*a*b*", "public", "xxbxxaxx", false},
      {"\"a*\"", "public", "abc", false},  // a quoted star is a star
      {"\"a*\"", "public", "a*", true},
      {"\"a.b\"", "public", "a.b", true},  // a quoted dot separates nothing
      {"a.b", "public", "a.b", false},
      {"\"a\"\"b\"", "public", "a\"b", true},
      {"\"with space\"", "public", "with space", true},
      {"a.b.c", "b", "c", false},
      {"", "public", "x", false},
      {"", "public", "", true},
      {"us\"ERS\"", "public", "usERS", true},  // quoted in part
      {"caf\xC3\xA9", "public", "caf\xC3\xA9", true},
  };
  for (const auto& test : cases)
    EXPECT_EQ(matches_table_pattern(test.pattern, test.schema, test.table), test.matches)
        << test.pattern << " with " << test.schema << "." << test.table;
}

}  // namespace
}  // namespace safety::backup
