#include "libsafety/base/text.hpp"

#include <gtest/gtest.h>

#include <set>

namespace safety {
namespace {

TEST(FormatBytes, CountsInPowersOfAThousand) {
  EXPECT_EQ(format_bytes(0), "0 bytes");
  EXPECT_EQ(format_bytes(1), "1 byte");
  EXPECT_EQ(format_bytes(999), "999 bytes");
  EXPECT_EQ(format_bytes(1000), "1.0 kB");
  EXPECT_EQ(format_bytes(1500), "1.5 kB");
  EXPECT_EQ(format_bytes(312000), "312 kB");
  EXPECT_EQ(format_bytes(1500000000), "1.5 GB");
}

TEST(FormatBytes, NeverPrintsAThousandOfAUnit) {
  EXPECT_EQ(format_bytes(999499), "999 kB");
  EXPECT_EQ(format_bytes(999501), "1.0 MB");
  EXPECT_EQ(format_bytes(999999999), "1.0 GB");
}

TEST(FormatBytes, HasAUnitForTheLargestNumber) {
  EXPECT_EQ(format_bytes(UINT64_MAX), "18 EB");
}

TEST(FormatSeconds, ChoosesTheUnitByLength) {
  EXPECT_EQ(format_seconds(0.4123), "0.412 s");
  EXPECT_EQ(format_seconds(12.34), "12.3 s");
  EXPECT_EQ(format_seconds(245), "4 min 05 s");
  EXPECT_EQ(format_seconds(7800), "2 h 10 min");
}

TEST(FormatCount, GroupsDigitsByThree) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(1234567), "1,234,567");
}

TEST(FormatPlural, AgreesWithItsNumber) {
  EXPECT_EQ(format_plural(1, "table"), "1 table");
  EXPECT_EQ(format_plural(0, "table"), "0 tables");
  EXPECT_EQ(format_plural(1200, "index"), "1,200 indexes");
}

TEST(FormatFileName, KeepsWhatEveryFileSystemTakes) {
  EXPECT_EQ(format_file_name("shop-1.2_b"), "shop-1.2_b");
}

TEST(FormatFileName, EscapesSlashesSpacesAndALeadingDot) {
  EXPECT_EQ(format_file_name("../etc/pass wd"), "%2E.%2Fetc%2Fpass%20wd");
  EXPECT_EQ(format_file_name("caf\xC3\xA9"), "caf%C3%A9");
}

TEST(FormatFileName, KeepsDistinctNamesDistinct) {
  const std::vector<std::string> names{"a b", "a%20b", "a_b", "a/b", "a%2Fb", ".a", "%2Ea", "a\n", "a%0A"};
  std::set<std::string> written;
  for (const auto& name : names) written.insert(format_file_name(name));
  EXPECT_EQ(written.size(), names.size());
}

TEST(JoinSome, SaysHowManyItLeftOut) {
  EXPECT_EQ(join_some({"a", "b", "c"}, 3), "a, b, c");
  EXPECT_EQ(join_some({"a", "b", "c", "d"}, 2), "a, b and 2 more");
  EXPECT_EQ(join_some({}), "");
}

TEST(Trim, TakesWhiteSpaceOffBothEndsOnly) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(StartsWithIgnoringCase, NeedsTheWholePrefix) {
  EXPECT_TRUE(starts_with_ignoring_case("Create Table", "CREATE"));
  EXPECT_FALSE(starts_with_ignoring_case("CRE", "CREATE"));
  EXPECT_FALSE(starts_with_ignoring_case("DROP TABLE", "CREATE"));
}

TEST(OneLine, LeavesNoControlCharacterToTheTerminal) {
  EXPECT_EQ(one_line("a\nb\x1b[31mc\x7f"), "a b [31mc ");
}

TEST(OneLine, KeepsLettersOfEveryAlphabet) {
  EXPECT_EQ(one_line("gr\xC3\xBC\xC3\x9F \xE6\x97\xA5 \xF0\x9F\x98\x80"),
            "gr\xC3\xBC\xC3\x9F \xE6\x97\xA5 \xF0\x9F\x98\x80");
}

TEST(OneLine, WritesAQuestionMarkForBytesThatAreNoText) {
  EXPECT_EQ(one_line("caf\xE9!"), "caf?!");         // Latin-1
  EXPECT_EQ(one_line("\xC3"), "?");                 // cut
  EXPECT_EQ(one_line("a\xC0\x80z"), "a??z");        // overlong
  EXPECT_EQ(one_line("\xED\xA0\x80"), "???");       // a surrogate
  EXPECT_EQ(one_line("\xF5\x80\x80\x80"), "????");  // beyond Unicode
  EXPECT_EQ(one_line("\xE6\x97z"), "??z");          // ends before it is whole
}

TEST(FindNoUtf8, GivesTheFirstByteThatIsNone) {
  EXPECT_EQ(find_no_utf8("gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80"), std::string_view::npos);
  EXPECT_EQ(find_no_utf8(""), std::string_view::npos);
  EXPECT_EQ(find_no_utf8("caf\xE9!"), 3U);
  EXPECT_EQ(find_no_utf8("\xC3\xBC\xC3"), 2U);
}

TEST(ParseBytes, ReadsTheUnitsThatPeopleWrite) {
  EXPECT_EQ(parse_bytes("0"), 0U);
  EXPECT_EQ(parse_bytes("1234"), 1234U);
  EXPECT_EQ(parse_bytes("10GB"), 10'000'000'000U);
  EXPECT_EQ(parse_bytes("1.5 TB"), 1'500'000'000'000U);
  EXPECT_EQ(parse_bytes(" 500m "), 500'000'000U);
  EXPECT_EQ(parse_bytes("2 kB"), 2000U);
  EXPECT_EQ(parse_bytes("7 B"), 7U);
  EXPECT_EQ(parse_bytes("10GiB"), 10ULL << 30);
  EXPECT_EQ(parse_bytes("1Ki"), 1024U);
  for (const char* text : {"", "GB", "-1GB", "10 bytes", "10GBs", "1e30", "inf", "nan", "10 G B", "1IB", "5X"}) EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
}

}  // namespace
}  // namespace safety
