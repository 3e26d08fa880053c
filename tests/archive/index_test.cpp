#include "libsafety/archive/index.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/time.hpp"
#include "tests/archive/sample_archive.hpp"

namespace safety::archive {
namespace {

Index full_index() {
  Index index;
  index.id = "20261122_233550";
  index.database = "shop";
  index.system_identifier = "7575757575757575757";
  index.reason = "pre-migration";
  index.label = "before \"rename\"\nsecond line";
  index.tool_version = "0.1.0";
  index.snapshot_time = "2026-11-22T23:35:50.123Z";
  index.snapshot_lsn = "0/1949D20";
  index.server_version_num = 150014;
  index.client_version_num = 170002;
  index.server_version = "15.14 (Debian 15.14-0+deb12u1)";
  index.client_version = "17.2";
  index.has_envelope = false;
  index.is_schema_only = true;
  index.schema_fingerprint = "0123456789abcdef";
  index.roles = {"shop", "r\xC3\xA9ports", "odd, role"};
  index.tablespaces = {"fast"};
  index.extensions = {{"pgcrypto", "1.3", "public"}, {"odd\"name", "", ""}};
  index.properties.owner = "shop";
  index.properties.encoding = "SQL_ASCII";
  index.properties.connection_limit = 12;
  index.properties.is_template = true;
  index.properties.acl = "{=Tc/shop,shop=CTc/shop}";
  index.properties.settings = {{"search_path", "\"$user\", public"}, {"a.b", ""}};
  index.properties.role_settings = {{"r\xFFw", {{"work_mem", "64MB"}}}, {"empty", {}}};
  index.large_objects = 3;
  index.large_objects_digest = "ff";
  index.sequences = ~std::uint64_t{0};
  index.facts = {{"prisma_head", "20260101_init"}, {"git", "abc"}};
  index.schema_objects = {{"table", "public.users", "00112233aabbccdd"}};
  index.tables.push_back(make_table("users"));
  index.tables.push_back(make_table("config"));
  index.tables[0].rows = 5;
  index.tables[0].plain_bytes = 50;
  index.tables[0].digest = "00000000000000000000000000000001";
  index.tables[1].columns = {};
  index.tables[1].is_data_excluded = true;
  index.tables[1].is_extension_config = true;
  index.tables[1].condition = " WHERE id > 5 AND name <> '\n'";
  Frame frame;
  frame.role = Role::envelope;
  frame.stored_bytes = 10;
  frame.plain_bytes = 20;
  frame.crc32 = 0xF;
  index.frames.push_back(frame);
  frame = {.role = Role::rows, .table = 0, .offset = 10, .stored_bytes = 7, .plain_bytes = 50, .rows = 5, .crc32 = ~0U};
  index.frames.push_back(frame);
  return index;
}

Index round_trip(const Index& index) {
  return parse_index(format_index(index));
}

/// The lines of `text` as JSON, without the first.
std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> lines;
  for (std::size_t at = text.find('\n') + 1; at < text.size();) {
    const auto end = text.find('\n', at);
    EXPECT_EQ(text.substr(at, 10), "-- safety ");
    lines.push_back(nlohmann::json::parse(text.substr(at + 10, end - at - 10)));
    at = end + 1;
  }
  return lines;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Index, ComesBackWhole) {
  const Index index = full_index(), back = round_trip(index);
  EXPECT_EQ(format_index(back), format_index(index));
  EXPECT_EQ(back.label, index.label);
  EXPECT_EQ(back.server_version_num, 150014);
  EXPECT_FALSE(back.has_envelope);
  EXPECT_TRUE(back.is_schema_only);
  EXPECT_EQ(back.roles, index.roles);
  EXPECT_EQ(back.tablespaces, index.tablespaces);
  EXPECT_EQ(back.sequences, index.sequences);
  EXPECT_EQ(back.facts, index.facts);
  EXPECT_EQ(back.properties.settings, index.properties.settings);
  EXPECT_EQ(back.properties.role_settings, index.properties.role_settings);
  EXPECT_EQ(back.properties.connection_limit, 12);
  ASSERT_EQ(back.extensions.size(), 2U);
  EXPECT_EQ(back.extensions[1].name, "odd\"name");
  ASSERT_EQ(back.schema_objects.size(), 1U);
  EXPECT_EQ(back.schema_objects[0].kind, "table");
  ASSERT_EQ(back.tables.size(), 2U);
  EXPECT_EQ(back.tables[0].columns, index.tables[0].columns);
  EXPECT_EQ(back.tables[1].condition, index.tables[1].condition);
  EXPECT_TRUE(back.tables[1].is_data_excluded && back.tables[1].is_extension_config);
  ASSERT_EQ(back.frames.size(), 2U);
  EXPECT_EQ(back.frames[0].table, -1);
  EXPECT_EQ(back.frames[1].role, Role::rows);
  EXPECT_EQ(back.frames[1].crc32, ~0U);
  EXPECT_EQ(back.total_rows(), 5U);
  EXPECT_EQ(back.total_plain_bytes(), 50U);
}

TEST(Index, OfAnEmptyDatabaseComesBack) {
  const Index back = round_trip(Index());
  EXPECT_TRUE(back.tables.empty() && back.frames.empty());
  EXPECT_TRUE(back.has_envelope);
}

TEST(Index, KeepsNastyNamesInOneAsciiCommentLine) {
  const std::vector<std::string> names{"new\nline",
                                       "carriage\rreturn",
                                       "quote\"s' and \\back\\slash",
                                       "tab\t",
                                       "\x01\x02\x7F",
                                       "; DROP TABLE users; --",
                                       "\xD0\xA2\xD0\xB0\xD0\xB1\xD0\xBB\xD0\xB8\xD1\x86\xD0\xB0",
                                       "\xF0\x9F\x98\x80",
                                       "lat\xEDn-1",
                                       "\xFF\xFE\xC0\x80",
                                       "\xE2\x82",
                                       "\xED\xA0\x80",
                                       "\xF4\x90\x80\x80",
                                       "",
                                       std::string("nul\0inside", 10)};
  for (const auto& name : names) {
    Index index;
    index.database = name;
    index.tables.push_back(make_table(name));
    index.tables[0].columns = {name, name};
    index.properties.settings[name] = name;
    index.facts[name] = name;
    const std::string text = format_index(index);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5) << text;
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= 32 && c <= 127); }));
    json_lines(text);
    const Index back = parse_index(text);
    EXPECT_EQ(back.database, name);
    EXPECT_EQ(back.tables.at(0).name, name);
    EXPECT_EQ(back.tables.at(0).columns, index.tables[0].columns);
    EXPECT_EQ(back.properties.settings, index.properties.settings);
    EXPECT_EQ(back.facts, index.facts);
  }
}

TEST(Index, KeepsEveryPairOfBytes) {
  Index index;
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second)
      index.roles.push_back({static_cast<char>(first), static_cast<char>(second)});
  EXPECT_EQ(round_trip(index).roles, index.roles);
}

TEST(Index, KeepsThePrivateCharactersThatStandForBytes) {
  Index index;
  // U+EF7F, U+EF80, U+EFFF, U+F000 and one of them followed by a stray byte.
  index.roles = {"\xEE\xBD\xBF", "\xEE\xBE\x80", "\xEE\xBF\xBF", "\xEF\x80\x80", "\xEE\xBF\xBF\xBF", "\xEE\xBE"};
  EXPECT_EQ(round_trip(index).roles, index.roles);
}

TEST(Index, SkipsKindsAndFieldsThatItDoesNotKnow) {
  auto text = format_index(full_index());
  text = replaced(text, "-- safety {\"kind\":\"properties\"",
                  "-- safety {\"kind\":\"weather\",\"sun\":[1,{}]}\n"
                  "-- safety {\"later\":null,\"kind\":\"properties\"");
  EXPECT_EQ(format_index(parse_index(text)), format_index(full_index()));
}

TEST(Index, RefusesANewerMajorVersion) {
  const auto text = replaced(format_index(full_index()), "-- safety index 1\n", "-- safety index 2\n");
  EXPECT_EQ(code_of([&] { parse_index(text); }), Code::version);
  EXPECT_EQ(code_of([&] { parse_index("-- safety index 2\nwhatever"); }), Code::version);
}

TEST(Index, RefusesWhatBreaksTheGrammarAndNamesTheLine) {
  const auto good = format_index(full_index());
  const std::vector<std::string> damaged{
      "",
      "\n",
      "-- safety index 1",
      "-- safety index 1\n",
      "-- safety index 0\n",
      "-- safety index x\n",
      good.substr(0, good.size() - 1),
      good + "\n",
      good + "-- safety {\"kind\":\"x\"}\n",
      replaced(good, "\"kind\":\"end\"", "\"kind\":\"fin\""),
      replaced(good, "\"tables\":2", "\"tables\":3"),
      replaced(good, "\"frames\":2", "\"frames\":1"),
      replaced(good, "{\"kind\":\"properties\"", "{\"kind\":\"properties"),
      replaced(good, "{\"kind\":\"properties\"", "[{\"kind\":\"properties\""),
      replaced(good, "\"kind\":\"properties\"", "\"kind\":7"),
      replaced(good, "-- safety {\"kind\":\"properties\"", "SELECT {\"kind\":\"properties\""),
      replaced(good, "\"connection_limit\":12", "\"connection_limit\":12.5"),
      replaced(good, "\"connection_limit\":12", "\"connection_limit\":3000000000"),
      replaced(good, "\"is_template\":true", "\"is_template\":1"),
      replaced(good, "\"settings\":{", "\"settings\":[],\"x\":{"),
      replaced(good, "\"role\":\"rows\"", "\"role\":\"rose\""),
      replaced(good, "\"role\":\"rows\"", "\"role\":\"footer\""),
      replaced(good, "\"role\":\"rows\",\"table\":0", "\"role\":\"rows\",\"table\":2"),
      replaced(good, "\"role\":\"rows\",\"table\":0", "\"role\":\"rows\",\"table\":-2"),
      replaced(good, "\"offset\":10", "\"offset\":-10"),
      replaced(good, "\"offset\":10", "\"offset\":99999999999999999999"),
      replaced(good, "\"stored\":7,", ""),
      replaced(good, "\"crc\":\"ffffffff\"", "\"crc\":\"fffffffff\""),
      replaced(good, "\"crc\":\"ffffffff\"", "\"crc\":\"ffff fff\""),
      replaced(good, "\"kind\":\"table\",\"table\":1", "\"kind\":\"table\",\"table\":0"),
  };
  for (const auto& text : damaged) {
    try {
      parse_index(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::archive_damaged) << text;
      EXPECT_NE(error.message().find("in line "), std::string::npos) << error.message();
      EXPECT_FALSE(error.hint().empty());
    }
  }
}

TEST(Index, IsReadFastEnoughForTerabytes) {
#ifdef __SANITIZE_ADDRESS__
  constexpr int kFrames = 30'000;  // each costs twenty times as much
#else
  constexpr int kFrames = 300'000;
#endif
  Index index;
  for (int i = 0; i < 100; ++i) index.tables.push_back(make_table("t" + std::to_string(i)));
  std::uint64_t offset = 0;
  for (int i = 0; i < kFrames; ++i) {
    Frame frame{.role = Role::rows, .table = i % 100, .offset = offset, .stored_bytes = 400'000};
    frame.plain_bytes = 4'000'000;
    frame.rows = 40'000;
    index.frames.push_back(frame);
    offset += frame.stored_bytes;
  }
  const auto text = format_index(index);
  const Stopwatch watch;
  EXPECT_EQ(parse_index(text).frames.size(), static_cast<std::size_t>(kFrames));
  EXPECT_LT(watch.seconds(), 20);  // about one second
}

Footer sample_footer() {
  Footer footer;
  footer.index_offset = 123'456'789;
  footer.index_stored_bytes = 2000;
  footer.index_plain_bytes = 9000;
  footer.index_sha256 = std::string(63, 'a') + "0";
  return footer;
}

TEST(Footer, ComesBackAndHasItsFixedSize) {
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{77}, ~std::uint64_t{0}}) {
    Footer footer = sample_footer();
    footer.index_offset = footer.index_stored_bytes = footer.index_plain_bytes = number;
    const auto text = format_footer(footer);
    ASSERT_EQ(text.size(), kFooterTextBytes);
    EXPECT_EQ(text.find('\n'), kFooterTextBytes - 1);
    const Footer back = parse_footer(text);
    EXPECT_EQ(back.index_offset, number);
    EXPECT_EQ(back.index_stored_bytes, number);
    EXPECT_EQ(back.index_plain_bytes, number);
    EXPECT_EQ(back.index_sha256, footer.index_sha256);
  }
}

TEST(Footer, FindsEveryFlippedBit) {
  const auto text = format_footer(sample_footer());
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    auto flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    ASSERT_EQ(code_of([&] { parse_footer(flipped); }), Code::archive_damaged) << bit;
  }
}

TEST(Footer, IsNoFooterWhenItIsSomethingElse) {
  const auto text = format_footer(sample_footer());
  for (const auto& other : {std::string(), std::string(kFooterTextBytes, 'x'), text.substr(1), " " + text,
                            text.substr(1) + "\n", std::string(kFooterTextBytes, '\0')})
    EXPECT_EQ(code_of([&] { parse_footer(other); }), Code::archive_incomplete) << other;
}

TEST(Footer, OfANewerMajorVersionIsRefusedAsSuch) {
  auto text = format_footer(sample_footer());
  auto body = replaced(text.substr(0, text.find(" crc=")), "footer 1", "footer 2");
  char crc[16];
  std::snprintf(crc, sizeof crc, " crc=%08x", crc32_of(body));
  body += crc;
  body.resize(kFooterTextBytes - 1, ' ');
  EXPECT_EQ(code_of([&] { parse_footer(body + "\n"); }), Code::version);
}

TEST(Footer, WithAGoodChecksumAndBadFieldsIsDamaged) {
  for (const auto* body :
       {"-- safety footer 1 offset=01 stored=2 plain=3 sha256=", "-- safety footer 1 offset=1 stored=2 plain=3",
        "-- safety footer 1 offset=-1 stored=2 plain=3 sha256=",
        "-- safety footer x offset=1 stored=2 plain=3 sha256="}) {
    std::string text = body;
    if (text.ends_with("=")) text += std::string(64, 'a');
    char crc[16];
    std::snprintf(crc, sizeof crc, " crc=%08x", crc32_of(text));
    text += crc;
    text.resize(kFooterTextBytes - 1, ' ');
    EXPECT_EQ(code_of([&] { parse_footer(text + "\n"); }), Code::archive_damaged) << text;
  }
}

}  // namespace
}  // namespace safety::archive
