#include "libsafety/base/error.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <sstream>
#include <stop_token>

#include "libsafety/base/context.hpp"
#include "libsafety/base/secret.hpp"

namespace safety {
namespace {

TEST(CodeTable, HasEachNumberAndEachNameOnce) {
  std::set<int> numbers;
  std::set<std::string_view> names;
  for (const auto& entry : code_table()) {
    EXPECT_TRUE(numbers.insert(static_cast<int>(entry.code)).second) << entry.name;
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
  }
}

TEST(CodeTable, IsInOrderOfNumber) {
  int last = -1;
  for (const auto& entry : code_table()) {
    EXPECT_GT(static_cast<int>(entry.code), last) << entry.name;
    last = static_cast<int>(entry.code);
  }
}

TEST(CodeTable, KeepsItsPromisesToScripts) {
  // Scripts test these numbers: a change here breaks them.
  const std::pair<int, std::string_view> promised[] = {{0, "success"},
                                                       {1, "findings"},
                                                       {2, "usage"},
                                                       {3, "config"},
                                                       {4, "connection"},
                                                       {5, "version"},
                                                       {6, "archive_damaged"},
                                                       {7, "archive_incomplete"},
                                                       {8, "no_such_checkpoint"},
                                                       {9, "locked"},
                                                       {10, "command_failed"},
                                                       {11, "service_unhealthy"},
                                                       {12, "history_differs"},
                                                       {13, "not_reversible"},
                                                       {14, "resumable"},
                                                       {15, "in_doubt"},
                                                       {16, "confirmation_needed"},
                                                       {17, "rolled_back"},
                                                       {18, "manual_attention"},
                                                       {19, "not_permitted"},
                                                       {20, "storage"},
                                                       {21, "database"},
                                                       {22, "verification"},
                                                       {23, "encrypted"},
                                                       {70, "internal"},
                                                       {130, "interrupted"},
                                                       {143, "terminated"}};
  for (const auto& [number, name] : promised) EXPECT_EQ(name_of(static_cast<Code>(number)), name);
  EXPECT_EQ(code_table().size(), std::size(promised)) << "a new code belongs into this test too";
}

TEST(CodeTable, UsesNamesAndMeaningsFitForJsonAndHelp) {
  for (const auto& entry : code_table()) {
    for (const char c : entry.name) EXPECT_TRUE(std::islower(static_cast<unsigned char>(c)) || c == '_') << entry.name;
    EXPECT_FALSE(entry.meaning.empty()) << entry.name;
    EXPECT_NE(entry.meaning.back(), '.') << entry.name;
    EXPECT_EQ(entry.meaning.find('\n'), std::string_view::npos) << entry.name;
    EXPECT_LE(static_cast<int>(entry.code), 255) << entry.name;
  }
}

TEST(NameOf, CallsAnUnknownNumberUnknown) {
  EXPECT_EQ(name_of(static_cast<Code>(99)), "unknown");
}

TEST(Error, SaysMessageAndDetailInWhat) {
  const Error error(Code::storage, "cannot write \"x\"", "Free space.", "disk full");
  EXPECT_STREQ(error.what(), "cannot write \"x\": disk full");
  EXPECT_STREQ(Error(Code::storage, "cannot write \"x\"").what(), "cannot write \"x\"");
}

TEST(Error, KeepsEverythingWhenACallerAddsContext) {
  Error error(Code::database, "duplicate key", "Drop one.", "Key (id)=(1)");
  error.with_sqlstate("23505");
  const Error named = error.in("table \"a\"");
  EXPECT_EQ(named.message(), "table \"a\": duplicate key");
  EXPECT_EQ(named.code(), Code::database);
  EXPECT_EQ(named.hint(), "Drop one.");
  EXPECT_EQ(named.detail(), "Key (id)=(1)");
  EXPECT_EQ(named.sqlstate(), "23505");
}

TEST(Context, ThrowsInterruptedOnlyAfterAStopWasRequested) {
  NullSink sink;
  std::stop_source source;
  const Context context{sink, source.get_token()};
  EXPECT_NO_THROW(context.throw_if_stopped());
  source.request_stop();
  EXPECT_THROW(context.throw_if_stopped(), Interrupted);
}

TEST(Secret, NeverPrintsItself) {
  const Secret secret("hunter2");
  std::ostringstream stream;
  stream << secret;
  EXPECT_EQ(stream.str(), "**redacted**");
  EXPECT_EQ(fmt::format("{}", secret), "**redacted**");
  EXPECT_EQ(fmt::format("{:>14}", secret), "  **redacted**");
  EXPECT_EQ(::testing::PrintToString(secret), "**redacted**");
  EXPECT_EQ(secret.reveal(), "hunter2");
}

}  // namespace
}  // namespace safety
