#include "libsafety/preflight/rules.hpp"

#include <fmt/format.h>

#include <unordered_map>
#include <vector>

#include "libsafety/preflight/rule_tables.hpp"

namespace safety::preflight {
namespace {

/// Of the project's commands and settings: migrations::check_commands finds those.
bool is_of_commands(std::string_view id) { return id.starts_with("prisma-") || id.starts_with("drizzle-") || id.starts_with("command-"); }

}  // namespace

std::string name_of(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "";
}

std::string name_of(Evidence::State state) {
  switch (state) {
    case Evidence::State::not_asked: return "not asked";
    case Evidence::State::confirmed: return "confirmed";
    case Evidence::State::refuted: return "refuted";
    case Evidence::State::unknown: return "unknown";
  }
  return "";
}

std::string_view title_of(Group group) {
  switch (group) {
    case Group::data_loss: return "Data loss";
    case Group::may_fail: return "May fail on real rows";
    case Group::locks: return "Locks and rewrites";
    case Group::robustness: return "Robustness";
  }
  return "";
}

std::span<const Rule> rules() {
  static const auto all = [] {
    std::vector<Rule> list;
    for (const auto group : {data_loss_rules(), may_fail_rules(), lock_rules(), robustness_rules()}) list.insert(list.end(), group.begin(), group.end());
    return list;
  }();
  return all;
}

const Rule* find_rule(std::string_view id) {
  static const auto by_id = [] {
    std::unordered_map<std::string_view, const Rule*> map;
    for (const auto& rule : rules()) map.emplace(rule.id, &rule);
    return map;
  }();
  const auto found = by_id.find(id);
  return found == by_id.end() ? nullptr : found->second;
}

std::string format_reference() {
  std::string page =
      "# The rules of safety-preflight\n\n"
      "<!-- Generated from table_*.cpp by `safety-preflight --rules`; the tests compare. -->\n\n"
      "What is looked for in SQL that is about to run. *error* is what destroys for sure or will surely fail; *warning* what depends on rows,\n"
      "readers or timing, and becomes an error or goes away when the live data has been asked; *note* what is good to know.\n\n"
      "A rule is accepted for one statement by a comment above it, inside of it or behind it, for a file by a comment anywhere, for a project by\n"
      "`allow` in `[migrations]` of safety.toml or `--allow`. The reason is part of it.\n\n"
      "```sql\n"
      "-- safety:allow drop-column copied to profiles.bio in June, nobody reads it\n"
      "ALTER TABLE users DROP COLUMN bio;\n"
      "-- safety:allow-file no-lock-timeout runs in a maintenance window\n"
      "```\n";
  const Rule* before = nullptr;
  for (const auto& rule : rules()) {
    if (before == nullptr || before->group != rule.group) page += fmt::format("\n## {}\n", title_of(rule.group));
    const bool is_sql = !is_of_commands(rule.id);
    page += fmt::format("\n### {}\n\n*{}*: {}. {}\n\nThe safe way: {}\n\n```{}\n{}\n```\n", rule.id, name_of(rule.severity), rule.summary, rule.why, rule.safe_way,
                        is_sql ? "sql" : "text", rule.example);
    before = &rule;
  }
  return page;
}

}  // namespace safety::preflight
