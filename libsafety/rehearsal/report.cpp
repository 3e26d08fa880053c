// A rehearsal told to people and to programs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/rehearsal/rehearsal.hpp"
#include "libsafety/rehearsal/text.hpp"

namespace safety::rehearsal {
namespace {

using What = schema::Change::What;

std::string result_line(const Rehearsal& rehearsal) {
  std::vector<std::string> wrong;
  if (!rehearsal.watched.has_succeeded()) wrong.emplace_back("a command failed");
  if (!rehearsal.crossings.empty()) wrong.push_back("tables of another tool were touched");
  if (!rehearsal.failed_smoke.empty()) wrong.push_back(format_plural(rehearsal.failed_smoke.size(), "smoke check") + " failed");
  return wrong.empty() ? "succeeded" : "FAILED: " + join(wrong, ", ");
}

std::string copy_line(const Rehearsal& rehearsal) {
  const auto made = fmt::format("copy {} restored in {}", rehearsal.database, format_seconds(rehearsal.restore_seconds));
  if (rehearsal.is_schema_only) return made + ", schema only: what only rows show was not looked at";
  return made + (rehearsal.proof.empty() ? "" : fmt::format("; the checkpoint is proved to {} by it", rehearsal.proof));
}

/// What a person reads of a failed command's output: from the error on, without what says nothing (stacks, fields that are
/// not set); the whole is in the JSON form.
std::vector<std::string> excerpt_of(const CommandOutcome& outcome) {
  constexpr std::size_t kMost = 12;
  const auto lines = split_lines(outcome.output);
  std::vector<std::string> told;
  bool has_error = false;
  for (const auto& line : lines) {
    const auto text = one_line(line);
    if (text.starts_with("at ") || text.ends_with(": undefined,") || text.ends_with(": undefined") || text == "}") continue;
    if (!has_error && !outcome.trouble.empty() && (text.find(outcome.trouble) != std::string::npos || outcome.trouble.find(text) != std::string::npos)) {
      has_error = true;
      told.clear();
    }
    told.push_back(text);
  }
  // From the error on the first lines, and without a known error the last ones, say most.
  if (told.size() > kMost) has_error ? told.resize(kMost) : void(told.erase(told.begin(), told.end() - kMost));
  return told;
}

std::string command_lines(const CommandOutcome& outcome) {
  auto text = fmt::format("  {:<9} {:>10}  {}\n", outcome.has_succeeded() ? "done" : outcome.has_timed_out ? "timed out" : "FAILED", format_seconds(outcome.seconds), one_line(outcome.line));
  if (outcome.has_succeeded()) return text;
  text += "    " + (outcome.trouble.empty() ? "it said nothing of why" : outcome.trouble);
  text += outcome.exit_code == 0 ? " (it ended with 0 all the same)\n" : outcome.has_timed_out ? "\n" : fmt::format(" (exit code {})\n", outcome.exit_code);
  if (!outcome.statement.empty()) text += "    failing statement: " + outcome.statement + "\n";
  if (outcome.statement.empty() && !outcome.last_seen.empty()) text += "    last statement seen: " + outcome.last_seen + "\n";
  for (const auto& line : excerpt_of(outcome)) text += "    | " + line + "\n";
  return text;
}

std::string rows_text(const Rehearsal& rehearsal) {
  if (rehearsal.is_schema_only) return "";
  std::vector<std::string> lines;
  for (const auto& one : rehearsal.rows) {
    const auto owner = one.owner == migrations::Owner::nobody ? "" : "  (" + name_of(one.owner) + ")";
    const auto table = one_line(one.table);
    if (one.is_gone)
      lines.push_back(fmt::format("{}: {}, gone{}", table, format_count(one.before), owner));
    else if (one.is_new)
      lines.push_back(fmt::format("{}: new, {}{}", table, format_count(one.after), owner));
    else
      lines.push_back(fmt::format("{}: {} -> {} ({}{}){}", table, format_count(one.before), format_count(one.after), one.after > one.before ? "+" : "-",
                                  format_count(one.after > one.before ? one.after - one.before : one.before - one.after), owner));
  }
  return list_of("rows", lines);
}

std::string effect_of(const LockSeen& lock) { return lock.blocks_reads ? "blocks reads and writes" : lock.blocks_writes ? "blocks writes" : "blocks neither reads nor writes"; }

std::string locks_text(const Rehearsal& rehearsal) {
  std::vector<std::string> lines;
  for (const auto& lock : rehearsal.watched.locks) {
    const auto held = lock.seconds > 0 ? format_seconds(lock.seconds) : "too short to time";
    lines.push_back(fmt::format("{} {}: {}, {}{}{}", one_line(lock.object), lock.mode, effect_of(lock), held,
                                lock.waited_seconds > 0 ? ", of which it waited " + format_seconds(lock.waited_seconds) : "",
                                lock.statement.empty() ? "" : "\n    " + lock.statement));
  }
  return list_of("locks on tables that were there before", lines, 20);
}

std::string statements_text(const Rehearsal& rehearsal) {
  std::vector<std::string> lines;
  for (const auto& seen : rehearsal.statements) lines.push_back(seen.tag + " " + one_line(seen.object));
  return list_of("statements seen", lines, 20);
}

nlohmann::ordered_json json_of(const CommandOutcome& one) {
  return {{"command", one.line},         {"success", one.has_succeeded()},        {"exit_code", one.exit_code}, {"timed_out", one.has_timed_out},
          {"wanted_terminal", one.wanted_terminal}, {"seconds", one.seconds}, {"trouble", one.trouble},     {"statement", one.statement}, {"last_seen", one.last_seen}, {"output", one.output}};
}

nlohmann::ordered_json json_of(const schema::Change& change) {
  const auto& one = change.what == What::dropped ? change.before : change.after;
  return {{"what", change.what == What::added ? "added" : change.what == What::dropped ? "dropped" : "changed"},
          {"kind", one.kind}, {"name", one.name}, {"table", one.table}, {"words", change.words}, {"sql", change.sql}, {"loses_data", change.loses_data}};
}

nlohmann::ordered_json json_of(const TableRows& one) {
  return {{"table", one.table}, {"owner", name_of(one.owner)}, {"before", one.before}, {"after", one.after}, {"gone", one.is_gone}, {"new", one.is_new}};
}

nlohmann::ordered_json json_of(const LockSeen& one) {
  return {{"object", one.object}, {"mode", one.mode}, {"statement", one.statement}, {"seconds", one.seconds}, {"waited_seconds", one.waited_seconds},
          {"blocks_reads", one.blocks_reads}, {"blocks_writes", one.blocks_writes}};
}

nlohmann::ordered_json json_of(const StatementSeen& one) {
  return {{"command", one.command}, {"tag", one.tag}, {"object", one.object}, {"statement", one.statement}, {"locks", one.locks}};
}

template <typename List>
nlohmann::ordered_json list_json(const List& list) {
  auto array = nlohmann::ordered_json::array();
  for (const auto& one : list) array.push_back(json_of(one));
  return array;
}

}  // namespace

std::string format_text(const Rehearsal& rehearsal) {
  auto text = fmt::format("rehearsal {} in {}\n{}\n", result_line(rehearsal), format_seconds(rehearsal.seconds), copy_line(rehearsal));
  text += "commands\n";
  for (const auto& one : rehearsal.watched.commands) text += command_lines(one);
  text += list_of("smoke checks that failed", as_lines(rehearsal.failed_smoke));
  std::vector<std::string> words;
  for (const auto& change : rehearsal.changes) words.push_back(one_line(change.words));
  text += words.empty() ? "the schema is unchanged\n" : list_of("changes", words);
  text += rows_text(rehearsal);
  text += list_of("lost", as_lines(rehearsal.lost));
  text += list_of("renamed", as_lines(rehearsal.renamed));
  text += list_of("owners crossed", as_lines(rehearsal.crossings));
  text += locks_text(rehearsal);
  text += statements_text(rehearsal);
  return text;
}

std::string format_json(const Rehearsal& rehearsal) {
  nlohmann::ordered_json object{{"success", rehearsal.has_succeeded()},
                                {"database", rehearsal.database},
                                {"schema_only", rehearsal.is_schema_only},
                                {"proof", rehearsal.proof},
                                {"restore_seconds", rehearsal.restore_seconds},
                                {"seconds", rehearsal.seconds},
                                {"commands", list_json(rehearsal.watched.commands)},
                                {"failed_smoke", rehearsal.failed_smoke},
                                {"changes", list_json(rehearsal.changes)},
                                {"rows", list_json(rehearsal.rows)},
                                {"lost", rehearsal.lost},
                                {"renamed", rehearsal.renamed},
                                {"crossings", rehearsal.crossings},
                                {"locks", list_json(rehearsal.watched.locks)},
                                {"statements", list_json(rehearsal.statements)}};
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace safety::rehearsal
