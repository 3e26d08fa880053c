#include "libsafety/archive/row_digest.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace safety::archive {
namespace {

RowDigest digest_of(const std::vector<std::string>& rows) {
  RowDigest digest;
  for (const auto& row : rows) digest.add_row(row);
  return digest;
}

std::vector<std::string> many_rows() {
  std::vector<std::string> rows;
  for (int i = 0; i < 500; ++i) rows.push_back(std::to_string(i) + "\tname " + std::to_string(i % 17));
  return rows;
}

TEST(RowDigest, OfNothingIsZero) {
  EXPECT_EQ(RowDigest().hex(), "00000000000000000000000000000000");
  EXPECT_EQ(RowDigest().rows(), 0U);
}

TEST(RowDigest, IsThirtyTwoHexDigitsThatNeverChangeBetweenReleases) {
  // XXH3-128 of "1\tAda", high half first. Archives on disk hold such values.
  RowDigest digest;
  digest.add_row("1\tAda");
  EXPECT_EQ(digest.hex(), "5f507ed8b3e90c79fbbb9d23cd200a70");
}

TEST(RowDigest, DoesNotDependOnTheOrderOfRows) {
  auto rows = many_rows();
  const auto before = digest_of(rows);
  std::shuffle(rows.begin(), rows.end(), std::mt19937(7));
  EXPECT_EQ(digest_of(rows), before);
}

TEST(RowDigest, DoesNotDependOnHowRowsWereCutIntoFrames) {
  const auto rows = many_rows();
  std::string first, second;
  for (std::size_t i = 0; i < rows.size(); ++i) (i < 123 ? first : second) += rows[i] + "\n";
  RowDigest a, b;
  a.add_rows(first);
  b.add_rows(second);
  b.merge(a);
  EXPECT_EQ(b, digest_of(rows));
  EXPECT_EQ(b.rows(), rows.size());
}

TEST(RowDigest, SeesOneChangedByte) {
  auto rows = many_rows();
  const auto before = digest_of(rows);
  for (const std::size_t at : {std::size_t{0}, std::size_t{250}, rows.size() - 1}) {
    auto changed = rows;
    changed[at].back() ^= 1;
    EXPECT_NE(digest_of(changed).hex(), before.hex());
  }
}

TEST(RowDigest, SeesAMissingAndADuplicatedRow) {
  const auto rows = many_rows();
  auto fewer = rows, more = rows;
  fewer.pop_back();
  more.push_back(rows.front());
  EXPECT_NE(digest_of(fewer).hex(), digest_of(rows).hex());
  EXPECT_NE(digest_of(more).hex(), digest_of(rows).hex());
}

TEST(RowDigest, SeesValuesThatMovedBetweenRows) {
  EXPECT_NE(digest_of({"1\ta", "2\tb"}).hex(), digest_of({"1\tb", "2\ta"}).hex());
  EXPECT_NE(digest_of({"ab", "c"}).hex(), digest_of({"a", "bc"}).hex());
}

TEST(RowDigest, CountsTheEmptyRowsOfATableWithoutColumns) {
  RowDigest digest;
  digest.add_rows("\n\n\n");
  EXPECT_EQ(digest.rows(), 3U);
  EXPECT_NE(digest.hex(), RowDigest().hex());
}

}  // namespace
}  // namespace safety::archive
