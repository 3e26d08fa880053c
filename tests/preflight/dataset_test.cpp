// The sets of migrations in hazardous/ and harmless/. Their first line may say:
//
//   -- expect: drop-table:3 add-unique given: prisma split prisma:User drizzle:media server=150000
//
// which are rules, with the line where that matters, and the circumstances.

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "libsafety/preflight/check.hpp"
#include "libsafety/preflight/rules.hpp"
#include "tests/testing/testing.hpp"

namespace safety::preflight {
namespace {

using migrations::Owner;
using testing::read_text;
using testing::source_path;

struct Expected {
  std::string rule;
  int line = 0;  // 0: anywhere
};

struct Sample {
  std::string name;
  Source source;
  CheckOptions options;
  std::vector<Expected> expected;
};

void read_given(const std::string& word, Sample& sample) {
  const auto colon = word.find(':');
  if (colon != std::string::npos)
    sample.options.ownership.set("public", word.substr(colon + 1), word.starts_with("prisma") ? Owner::prisma : Owner::drizzle);
  else if (word == "split")
    sample.options.may_be_split = true;
  else if (word.starts_with("server="))
    sample.options.server_version_num = std::stoi(word.substr(7));
  else
    sample.source.tool = word;
}

Sample read_sample(const std::filesystem::path& path) {
  Sample sample;
  sample.name = path.filename().string();
  sample.source.file = sample.name;
  sample.source.sql = read_text(path);
  const auto line = sample.source.sql.substr(0, sample.source.sql.find('\n'));
  std::istringstream words(line.substr(std::min(line.find("-- "), line.size())));
  std::string key;
  for (std::string word; words >> word;) {
    if (word.ends_with(':')) {
      key = word;
    } else if (key == "given:") {
      read_given(word, sample);
    } else if (key == "expect:") {
      const auto colon = word.find(':');
      sample.expected.push_back({word.substr(0, colon), colon == std::string::npos ? 0 : std::stoi(word.substr(colon + 1))});
    }
  }
  return sample;
}

std::vector<Sample> read_samples(const std::string& folder) {
  std::vector<Sample> samples;
  for (const auto& entry : std::filesystem::directory_iterator(source_path("tests/preflight/" + folder))) samples.push_back(read_sample(entry.path()));
  std::sort(samples.begin(), samples.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return samples;
}

std::string describe(const Checked& checked) {
  std::string text;
  for (const auto& finding : checked.findings)
    text += "  " + finding.rule + ":" + std::to_string(finding.location.line) + " " + name_of(finding.severity) + " " + finding.message + "\n";
  return text;
}

bool is_found(const Checked& checked, const Expected& expected) {
  return std::any_of(checked.findings.begin(), checked.findings.end(), [&](const Finding& finding) {
    return finding.rule == expected.rule && finding.allowed.empty() && (expected.line == 0 || finding.location.line == expected.line);
  });
}

// Rules of commands and settings, not of SQL.
bool is_of_commands(std::string_view id) { return id.starts_with("prisma-") || id.starts_with("drizzle-") || id.starts_with("command-"); }

TEST(Dataset, EveryHazardIsFoundByItsRuleAtItsLine) {
  const auto samples = read_samples("hazardous");
  EXPECT_GE(samples.size(), 60U);
  for (const auto& sample : samples) {
    const auto checked = check({sample.source}, sample.options);
    EXPECT_FALSE(sample.expected.empty()) << sample.name;
    for (const auto& expected : sample.expected)
      EXPECT_TRUE(is_found(checked, expected)) << sample.name << ": " << expected.rule << ":" << expected.line << " is not among\n" << describe(checked);
  }
}

TEST(Dataset, NothingHarmlessIsAnError) {
  const auto samples = read_samples("harmless");
  EXPECT_GE(samples.size(), 60U);
  for (const auto& sample : samples) {
    const auto checked = check({sample.source}, sample.options);
    for (const auto& finding : checked.findings)
      EXPECT_TRUE(finding.severity != Severity::error || !finding.allowed.empty()) << sample.name << ":\n" << describe(checked);
  }
}

TEST(Dataset, EveryRuleHasAHazard) {
  std::set<std::string> expected;
  for (const auto& sample : read_samples("hazardous"))
    for (const auto& one : sample.expected) expected.insert(one.rule);
  for (const auto& rule : rules())
    EXPECT_TRUE(is_of_commands(rule.id) || expected.contains(std::string(rule.id))) << rule.id;
  for (const auto& rule : expected) EXPECT_NE(find_rule(rule), nullptr) << rule;
}

TEST(Rules, EachExampleIsFoundByItsRule) {
  for (const auto& rule : rules()) {
    if (is_of_commands(rule.id)) continue;
    bool is_found_in_one = false;
    std::string found;
    // Some are hazards only where statements go one by one, others only where they go together.
    for (const bool may_be_split : {false, true}) {
      CheckOptions options;
      options.may_be_split = may_be_split;
      options.ownership.set("public", "users", Owner::prisma);
      options.ownership.set("public", "media", Owner::drizzle);
      const auto checked = check({{"m", "m.sql", std::string(rule.example), "prisma"}}, options);
      is_found_in_one = is_found_in_one || is_found(checked, {std::string(rule.id), 0});
      found += describe(checked);
    }
    EXPECT_TRUE(is_found_in_one) << rule.id << " is not among\n" << found;
  }
}

TEST(Rules, AreNamedOnceAndSayWhatWhyAndWhatInstead) {
  std::set<std::string_view> ids;
  Group last = Group::data_loss;
  for (const auto& rule : rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_EQ(rule.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos) << rule.id;
    for (const auto text : {rule.why, rule.safe_way}) EXPECT_TRUE(text.ends_with('.')) << rule.id;
    EXPECT_FALSE(rule.summary.empty() || rule.example.empty()) << rule.id;
    EXPECT_GE(rule.group, last) << rule.id << " is out of the order of groups";
    last = rule.group;
    EXPECT_EQ(find_rule(rule.id), &rule);
  }
  EXPECT_EQ(find_rule("no-such-rule"), nullptr);
}

TEST(Rules, TheReferencePageIsWhatTheRulesSay) {
  EXPECT_EQ(read_text(source_path("libsafety/preflight/RULES.md")), format_reference())
      << "run: safety-preflight --rules > libsafety/preflight/RULES.md";
}

}  // namespace
}  // namespace safety::preflight
