// The page as a whole: golden files for people's eyes (and for tests/page/browser_test), texts that try to become markup, and the edges.
#include <algorithm>

#include "libsafety/base/text.hpp"
#include "tests/page/stage.hpp"
#include "tests/testing/golden.hpp"
#include "tests/testing/testing.hpp"

namespace safety::page {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kOdd = "Bücher 🐘 \"2026\" & <script>alert('x')</script> 名前\x1b[31m\xff";

Status empty() {
  Status status;
  status.now = now();
  status.folder = "/var/backups/shop";
  status.databases = {"shop"};
  return status;
}

Status status_of(std::vector<checkpoint::Record> records) {
  Status status;
  status.now = now();
  status.folder = "/b";
  status.records = std::move(records);
  return status;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// What a strict parser says of it; empty when it is well-formed and no id stands twice.
std::string complaint_about(const std::string& html) {
  const testing::TempFolder folder;
  testing::write_text(folder / "page.html", html);
  const auto parsed = testing::run_program("python3", {"-c", "import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])", (folder / "page.html").string()});
  return parsed.exit_code == 0 ? "" : parsed.err;
}

class Pages : public ::testing::TestWithParam<std::pair<std::string, Status>> {};

TEST_P(Pages, AreAsTheGoldenFilesSayAndWellFormed) {
  const auto& [name, status] = GetParam();
  const auto html = format_html(status);
  testing::expect_golden("page", name + ".html", html);
  EXPECT_EQ(complaint_about(html), "");
}

INSTANTIATE_TEST_SUITE_P(Golden, Pages,
                         ::testing::Values(std::pair<std::string, Status>("shop", shop()), std::pair<std::string, Status>("alarm", alarm()), std::pair<std::string, Status>("empty", empty()),
                                           std::pair<std::string, Status>("one", status_of({record("shop", now() - hours(3))})), std::pair<std::string, Status>("odd_names", made_of(kOdd))),
                         [](const auto& named) { return named.param.first; });

// ---- texts that try to become markup

std::vector<std::string> tags_of(const std::string& html) {
  std::vector<std::string> tags;
  for (auto at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) tags.push_back(html.substr(at, html.find_first_of(" >", at) - at));
  return tags;
}

TEST(StatusPage, HasTheSameTagsWhateverTheTexts) {
  const auto plain = tags_of(format_html(made_of("x")));
  EXPECT_GT(plain.size(), 200U);
  for (const std::string text : {"<script>alert(1)</script>", "</style><img src=x onerror=alert(1)>", "</td></tr></table></svg></body>", "\" onmouseover=\"alert(1)", "' x='", "&lt;b&gt; &#60;",
                                 "]]>", "<!-- x", "<title>", kOdd, "\r\n\t\x1b[0m\xff\xc0\x80"}) {
    const auto html = format_html(made_of(text));
    EXPECT_EQ(tags_of(html), plain) << text;
    EXPECT_EQ(complaint_about(html), "") << text;
    EXPECT_EQ(find_no_utf8(html), std::string::npos) << text;
  }
}

TEST(StatusPage, NeedsNoNetworkAndRunsNothing) {
  for (const auto& status : {shop(), alarm(), empty()}) {
    const auto html = format_html(status);
    for (const auto* reach : {"<script", "<link", "<img", "<iframe", "@import", "url(", "http://", "https://", " src=", " href="}) EXPECT_THAT(html, Not(HasSubstr(reach)));
  }
}

TEST(StatusPage, IsMadeForPeopleWhoDoNotPoint) {
  const auto html = format_html(shop());
  EXPECT_THAT(html, HasSubstr("<html lang=\"en\">"));
  EXPECT_EQ(count_of(html, "<th>"), 0U);  // each says what it is the heading of
  EXPECT_EQ(count_of(html, "<h1>"), 1U);
  EXPECT_EQ(count_of(html, "<table>"), count_of(html, "role=\"region\" tabindex=\"0\" aria-label="));
  EXPECT_EQ(count_of(html, "<svg height="), count_of(html, "role=\"img\" aria-label="));
}

// ---- edges

TEST(StatusPage, DoesNotCallARunGoodThatHasNoEnd) {
  Status status;
  status.now = now();
  status.records = {record("shop", before(std::chrono::hours(3)))};
  auto working = run("scheduled", "shop", before(std::chrono::minutes(5))), died = run("drill", "shop", before(std::chrono::hours(2)));
  working.finished = died.finished = "";
  status.runs = {died, working};
  const auto page = format_html(status);
  EXPECT_THAT(page, ::testing::HasSubstr("no end noted"));
  EXPECT_THAT(page, ::testing::Not(::testing::HasSubstr("went well</span>")));
  EXPECT_THAT(page, ::testing::HasSubstr("no restore was tried")) << "a drill that died is none that passed";
}

TEST(StatusPage, OfAnEmptyFolderSaysWhatToRun) {
  auto status = empty();
  EXPECT_THAT(format_html(status), HasSubstr("There is no backup. Run <code>safety-backup</code>."));
  status.databases.clear();
  const auto html = format_html(status);
  for (const auto* text : {"<h1>No backups yet</h1>", "There is nothing in this folder yet.", "safety-backup", "safety-verify latest --proof L4", "safety-schedule install"}) EXPECT_THAT(html, HasSubstr(text));
  EXPECT_THAT(html, Not(HasSubstr("<table>")));
}

TEST(StatusPage, OfOneCheckpointAndOfZeroSizesHasFiniteFigures) {
  auto zero = record("shop", now() - hours(1), 0);
  zero.seconds = 0;
  zero.rows = 0;
  for (const auto& status : {status_of({record("shop", now() - hours(3))}), status_of({zero}), status_of({zero, zero, zero}), status_of({record("shop", now())})}) {
    const auto html = format_html(status);
    for (const auto* odd : {"nan", "inf", "-0.00", "e+"}) EXPECT_THAT(html, Not(HasSubstr(odd)));
    EXPECT_EQ(complaint_about(html), "");
  }
}

TEST(StatusPage, PutsTheFutureAtTheEdgeAndSaysSo) {
  const auto html = format_html(status_of({record("shop", now() + hours(50))}));
  EXPECT_THAT(html, HasSubstr("lies in the future, at 2026-11-28T10:15:00.000Z"));
  EXPECT_THAT(html, HasSubstr("(in the future)"));
  EXPECT_THAT(html, HasSubstr("verdict bad"));
}

TEST(StatusPage, OfThousandsShowsTheNewestAndSaysHowManyThereAre) {
  std::vector<checkpoint::Record> records;
  for (int at = 3000; at > 0; --at) records.push_back(record("shop", now() - std::chrono::minutes(10 * at)));
  const auto html = format_html(status_of(records));
  EXPECT_THAT(html, HasSubstr("The newest 200 of 3,000 checkpoints are shown; safety-list lists all."));
  EXPECT_THAT(html, HasSubstr("The newest 200 of 3,000 events are shown; the chart shows all."));
  EXPECT_THAT(html, HasSubstr(records.back().id));
  EXPECT_LT(html.size(), 400'000U);
}

TEST(StatusPage, SaysOfOffSiteAndRetentionNothingWhenNothingIsKnown) {
  auto status = shop();
  EXPECT_THAT(format_html(status), HasSubstr("Retention, next"));
  EXPECT_THAT(format_html(status), HasSubstr("Off site"));
  status.retention.clear();
  status.offsite.reset();
  EXPECT_THAT(format_html(status), Not(HasSubstr("Retention, next")));
  EXPECT_THAT(format_html(status), Not(HasSubstr("Off site")));
}

TEST(StatusPage, ShowsWhyAProofFailedWithoutPointing) {
  EXPECT_THAT(format_html(alarm()), HasSubstr("FAILED L1</span><div class=\"why\">the file&#39;s SHA-256 differs from the recorded one</div>"));
  EXPECT_THAT(format_html(alarm()), HasSubstr("<span class=\"badge bad\">GONE</span>"));
}

}  // namespace
}  // namespace safety::page
