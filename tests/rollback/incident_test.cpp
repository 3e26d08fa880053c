// The account of an incident: golden files for people's eyes, and texts that try to become markup.
#include "libsafety/rollback/incident.hpp"

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "tests/testing/golden.hpp"
#include "tests/testing/testing.hpp"

namespace safety::rollback {
namespace {

using migrations::Owner;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Incident undone_in_place() {
  Incident one;
  one.operation = "rollback_20261126_143000";
  one.database = "shop";
  one.host = "db1.example.org";
  one.strategy = "undo";
  one.checkpoint = "shop_20261126_122336";
  one.broken_checkpoint = "shop_20261126_143001";
  one.started = "2026-11-26T14:30:00.120Z";
  one.ended = "2026-11-26T14:30:41.870Z";
  one.outcome = "finished";
  one.downtime_seconds = 15.4;
  one.changes = {"column public.users.phone dropped", "column public.locations.province added: text"};
  one.migrations = {{"prisma", "20260213130000_drop_phone", "applied", "2026-11-26 12:24:01.512+00"}, {"prisma", "20260213140000_more", "failed", ""}};
  one.moves = {"prisma/migrations/20260213130000_drop_phone -> prisma/migrations_rolled_back/20260213130000_drop_phone"};
  one.kept = {"safety_lost.users_nickname_20261126_143000 (37 rows)"};
  one.saved = {{"public.users", Owner::prisma, 4000, 4012, 12, true}, {"public.events", Owner::nobody, 100000, 120000, 20000, false}, {"public.logs", Owner::drizzle, std::nullopt, std::nullopt, std::nullopt, true}};
  one.left_to_do = {"add field `phone` to model User (api/prisma/schema.prisma:42)", "`git checkout 1a2b3c4 -- api/src/schema.ts`"};
  one.events = {{"2026-11-26T14:30:00.120Z", "alice@ops1", "", "note", "chosen: undo, it keeps the rows written since (about 20,012)", 0},
                {"2026-11-26T14:30:00.131Z", "alice@ops1", "checkpoint", "began", "a checkpoint of the broken state", 0},
                {"2026-11-26T14:30:12.004Z", "", "checkpoint", "done", "shop_20261126_143001", 11.873},
                {"2026-11-26T14:30:12.010Z", "", "rehearse", "skipped", "`--no-rehearsal`", 0},
                {"2026-11-26T14:30:12.020Z", "", "stop_services", "done", "media-api, api", 6.2},
                {"2026-11-26T14:30:18.230Z", "", "revert", "failed", "table public.users is locked by session 4711 (psql, alice)", 2},
                {"2026-11-26T14:30:21.230Z", "", "revert", "done", "2 changes undone, 4,012 rows moved", 0.412},
                {"2026-11-26T14:30:30.870Z", "", "start_services", "done", "media-api, api", 8.8},
                {"2026-11-26T14:30:41.870Z", "bob@laptop", "advice", "done", "add field `phone` to model User", 0}};
  one.sql = "BEGIN;\n-- 4,012 rows of public.users are made anew\nALTER TABLE public.users\n\tADD COLUMN phone text;\nALTER TABLE public.locations DROP COLUMN province;\nDELETE FROM public._prisma_migrations WHERE migration_name = '20260213130000_drop_phone';\nCOMMIT;\n";
  return one;
}

Incident swap_under_way() {
  Incident one;
  one.operation = "rollback_20261126_143000";
  one.database = "shop";
  one.strategy = "swap";
  one.checkpoint = "shop_20261126_122336";
  one.started = "2026-11-26T23:59:59.900Z";
  one.outcome = "unfinished";
  one.kept = {"database \"shop__previous_20261126_235959\""};
  one.events = {{"2026-11-26T23:59:59.900Z", "", "swap", "began", "", 0}, {"2026-11-27T00:00:00.010Z", "", "swap", "done", "", 0.11}};
  return one;
}

Incident restore_taken_back() {
  auto one = undone_in_place();
  one.strategy = "restore";
  one.outcome = "undone";
  one.sql.clear();
  one.saved.clear();
  one.left_to_do.clear();
  one.events = {{"2026-11-26T14:30:41.870Z", "", "swap", "undone", "the previous database is back", 0.1}};
  return one;
}

/// Every text that can come from elsewhere is `text`.
Incident made_of(const std::string& text) {
  Incident one;
  one.operation = one.database = one.host = one.strategy = one.checkpoint = one.broken_checkpoint = one.started = one.ended = one.outcome = text;
  one.changes = one.moves = one.kept = one.left_to_do = {text};
  one.migrations = {{text, text, text, text}};
  one.saved = {{text, Owner::prisma, 1, 2, 1, true}};
  one.events = {{text, text, text, text, text, 1}};
  one.sql = text;
  return one;
}

constexpr const char* kOddName = "Bücher \"2026\" & <b>|*_x_*| `a|b` 名前\x1b[31m\xff";

class Incidents : public ::testing::TestWithParam<std::pair<std::string, Incident>> {};

TEST_P(Incidents, AreToldAsTheGoldenFilesSay) {
  const auto& [name, incident] = GetParam();
  testing::expect_golden("rollback", "incident_" + name + ".md", format_markdown(incident));
  testing::expect_golden("rollback", "incident_" + name + ".html", format_html(incident));
}

INSTANTIATE_TEST_SUITE_P(Golden, Incidents,
                         ::testing::Values(std::pair<std::string, Incident>("undo", undone_in_place()), std::pair<std::string, Incident>("swap_unfinished", swap_under_way()),
                                           std::pair<std::string, Incident>("restore_undone", restore_taken_back()), std::pair<std::string, Incident>("odd_names", made_of(kOddName))),
                         [](const auto& named) { return named.param.first; });

// ---- texts that try to become markup

const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> texts{
      "<script>alert(1)</script>", "</style><img src=x onerror=alert(1)>", "</pre></li></table></body>", "\" onmouseover=\"alert(1)", "' x='", "&lt;b&gt; &amp; &#60;",
      "a\n# heading\n\n- item", "```\nend\n````\n~~~", "a | b \\| c \\\\| d", "`a|b` `c\\|d`", "`", "``x``", "\\", "x\\", "`\\`", "[a](javascript:alert(1)) ![b](http://c)", "1. one", "12) two", "- x", "+ x",
      "* x", "= x", "---", "    code", "**b** __c__ ~~d~~ $e$", "<!-- x", "]]>", "\x1b[31m\xff\xc0\x80", "--> # #", "\r\n\r\n| a | b |"};
  return texts;
}

/// The tags of a page, in order, with their attributes.
std::vector<std::string> tags_of(const std::string& html) {
  std::vector<std::string> tags;
  for (auto at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) tags.push_back(html.substr(at, html.find('>', at) - at + 1));
  return tags;
}

TEST(IncidentHtml, HasTheSameTagsWhateverTheTexts) {
  auto plain = tags_of(format_html(made_of("x")));
  EXPECT_GT(plain.size(), 100U);
  for (const auto& text : hostile_texts()) {
    auto tags = tags_of(format_html(made_of(text)));
    // Text between two backticks is code: the only tag that a text makes.
    std::erase_if(tags, [](const std::string& tag) { return tag == "<code>" || tag == "</code>"; });
    EXPECT_EQ(tags, plain) << text;
  }
}

TEST(IncidentHtml, HasEveryTextInItEscaped) {
  const auto html = format_html(made_of("<a href='x'>\"&amp;"));
  EXPECT_THAT(html, HasSubstr("&lt;a href=&#39;x&#39;&gt;&quot;&amp;amp;"));
  EXPECT_THAT(html, Not(HasSubstr("<a")));
}

TEST(IncidentHtml, NeedsNoNetworkAndRunsNothing) {
  for (const auto& incident : {undone_in_place(), made_of("x")}) {
    const auto html = format_html(incident);
    for (const auto* reach : {"<script", "<link", "<img", "<iframe", "@import", "url(", "http://", "https://", " src=", " href="}) {
      EXPECT_THAT(html, Not(HasSubstr(reach)));
    }
    EXPECT_THAT(html, HasSubstr("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
  }
}

TEST(IncidentHtml, IsUtf8WithoutControlCharacters) {
  for (const auto& text : hostile_texts())
    for (const auto& page : {format_html(made_of(text)), format_markdown(made_of(text))}) {
      EXPECT_EQ(find_no_utf8(page), std::string::npos);
      EXPECT_TRUE(std::none_of(page.begin(), page.end(), [](unsigned char c) { return c < 32 && c != '\n' && c != '\t'; })) << text;
    }
}

/// What a reader of markdown takes for structure: how each line begins, and how many cells it has; the block of SQL left out.
std::vector<std::string> skeleton_of(const std::string& markdown) {
  std::vector<std::string> lines;
  const auto block = markdown.find("\n```");
  const auto text = markdown.substr(0, block);
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = text.substr(begin, end - begin);
    begin = end + 1;
    std::size_t pipes = 0;
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (line[at] == '\\')
        ++at;
      else if (line[at] == '|')
        ++pipes;
    }
    // Lines of text begin with our own words; what a bullet begins with must be text.
    auto front = line.substr(0, 2);
    if (line.starts_with("- ")) {
      const auto rest = line.substr(line.starts_with("- [ ] ") ? 6 : 2);
      EXPECT_FALSE(rest.empty() || std::string("#>+-*=~| ").find(rest[0]) != std::string::npos || rest.starts_with("```")) << line;
      EXPECT_FALSE(rest.starts_with("1. ") || rest.starts_with("12) ")) << line;
      pipes = 0;
    }
    lines.push_back(front + " " + std::to_string(pipes));
  }
  return lines;
}

TEST(IncidentMarkdown, HasTheSameStructureWhateverTheTexts) {
  const auto plain = skeleton_of(format_markdown(made_of("x")));
  EXPECT_GT(plain.size(), 30U);
  for (const auto& text : hostile_texts()) EXPECT_EQ(skeleton_of(format_markdown(made_of(text))), plain) << text;
}

TEST(IncidentMarkdown, EscapesWhatWouldBeMarkup) {
  Incident one = made_of("<b> [a](b) *c* _d_ snake_case `code` a|b");
  EXPECT_THAT(format_markdown(one), HasSubstr("- \\<b> \\[a\\](b) \\*c\\* \\_d\\_ snake_case `code` a\\|b\n"));
}

TEST(IncidentMarkdown, FencesSqlWithMoreBackticksThanItHas) {
  Incident one;
  one.sql = "SELECT '```';\nSELECT '`````';";
  EXPECT_THAT(format_markdown(one), HasSubstr("\n``````sql\nSELECT '```';\nSELECT '`````';\n``````\n"));
  one.sql = "SELECT 1";
  EXPECT_THAT(format_markdown(one), HasSubstr("\n```sql\nSELECT 1\n```\n"));
}

TEST(Incident, LeavesOutWhatThereIsNothingToSayAbout) {
  Incident one;
  one.database = "shop";
  for (const auto& text : {format_markdown(one), format_html(one)})
    for (const auto* title : {"Left to do", "What was undone", "Migrations", "Timeline", "Rows written", "Kept", "Folders", "SQL"}) EXPECT_THAT(text, Not(HasSubstr(std::string("## ") + title)));
  EXPECT_THAT(format_html(one), Not(HasSubstr("<h2>")));
}

TEST(Incident, KeepsLinesAndTabsOfSql) {
  Incident one;
  one.sql = "\n\nA\r\n\tB\n  C\n\n";
  EXPECT_THAT(format_html(one), HasSubstr("<pre>A\n\tB\n  C\n</pre>"));
}

}  // namespace
}  // namespace safety::rollback
