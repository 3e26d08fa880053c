#include "libsafety/checkpoint/names.hpp"

#include "tests/testing/testing.hpp"

namespace safety::checkpoint {
namespace {

Record record_with_file(const std::string& id, const std::string& file) {
  Record one;
  one.id = id;
  one.database = "shop";
  one.archive.file = file;
  return one;
}

TEST(Names, OfFilesAreTheCheckpointsOwn) {
  for (const char* file : {"shop_1.sql", "shop_1.sql.gz", "shop_1.sql.zst", "shop_1.sql.age", "shop_1.sql.zst.age", ""}) EXPECT_TRUE(has_own_names(record_with_file("shop_1", file))) << file;
  for (const char* file : {"shop_2.sql.zst", "shop_1.sql.zst.partial", "shop_1.age", "../shop_1.sql", "shop_1", "shop_1.json"}) EXPECT_FALSE(has_own_names(record_with_file("shop_1", file))) << file;
  for (const char* id : {"", ".hidden", "a/b", "../up", "two\nlines"}) EXPECT_FALSE(has_own_names(record_with_file(id, std::string(id) + ".sql.zst"))) << id;
  EXPECT_FALSE(has_own_names(record_with_file(std::string("a\0b", 3), std::string("a\0b", 3) + ".sql")));
}

TEST(Names, ThatACheckpointAnswersTo) {
  auto one = record_with_file("shop_1", "shop_1.sql.zst");
  one.label = "v42";
  EXPECT_TRUE(answers_to(one, "latest", ""));
  EXPECT_TRUE(answers_to(one, "v42", "shop"));
  EXPECT_FALSE(answers_to(one, "v42", "other"));
  EXPECT_FALSE(answers_to(one, "v4", "shop"));
  one.reason = "pre-restore";
  EXPECT_FALSE(answers_to(one, "latest", "shop")) << "what a restore replaced is nothing to go back to unasked";
  EXPECT_TRUE(answers_to(one, "v42", "shop"));
}

}  // namespace
}  // namespace safety::checkpoint
