// The ways back told to a person on call, and to programs.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/rehearsal/text.hpp"
#include "libsafety/rollback/text.hpp"
#include "libsafety/rollback/ways.hpp"

namespace safety::rollback {
namespace {

using nlohmann::ordered_json;
using rehearsal::as_lines;
using rehearsal::list_of;

constexpr std::size_t kMost = 20;  // lines of a list

std::string age_text(double seconds) {
  if (seconds < 120) return fmt::format("{:.0f} s", std::max(0.0, seconds));
  if (seconds < 2 * 3600) return fmt::format("{:.0f} min", seconds / 60);
  return seconds < 2 * 86400 ? fmt::format("{:.0f} h", seconds / 3600) : fmt::format("{:.0f} days", seconds / 86400);
}

std::string header(const Situation& situation) {
  const auto label = situation.label.empty() ? "" : fmt::format(" ({})", one_line(situation.label));
  return fmt::format("database \"{}\"\ncheckpoint {}{}, taken {}, {} ago\n", one_line(situation.database), one_line(situation.checkpoint), label,
                     one_line(situation.taken), age_text(situation.age_seconds));
}

constexpr std::size_t kWidest = 60;

/// Columns that a terminal shows it in, or kWidest: fmt pads by these and not by bytes.
std::size_t width_of(const std::string& cell) {
  const auto padding = fmt::formatted_size("{:<{}}", cell, kWidest) - cell.size();
  return kWidest - padding;
}

/// Rows of cells as lines, each column as wide as its widest cell, within reason. `right_aligned`: a column, npos for none.
std::vector<std::string> aligned(const std::vector<std::vector<std::string>>& rows, std::size_t right_aligned) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t at = 0; at < row.size(); ++at) {
      if (at == widths.size()) widths.push_back(0);
      widths[at] = std::max(widths[at], width_of(row[at]));
    }
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t at = 0; at < row.size(); ++at)
      line += (at == 0 ? "" : "  ") + (at == right_aligned ? fmt::format("{:>{}}", row[at], widths[at]) : fmt::format("{:<{}}", row[at], widths[at]));
    lines.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
  }
  return lines;
}

std::string migrations_text(const Situation& situation) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : situation.migrations)
    rows.push_back(as_lines({one.tool, one.name, one.state + (one.finished.empty() ? "" : " " + one.finished)}));
  return list_of("migrations to undo", aligned(rows, std::string::npos), kMost);
}

std::string changes_text(const Situation& situation) {
  std::vector<std::string> words;
  for (const auto& change : situation.changes) words.push_back(one_line(change.words));
  return words.empty() ? "the schema is the checkpoint's\n" : list_of("changed since", words, kMost);
}

std::string rows_text(const Situation& situation) {
  if (situation.written.empty()) return "no rows were written since\n";
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : situation.written) {
    const auto owner = owner_text(one.owner);
    rows.push_back({one_line(one.table), figure_of(one.written, one.is_exact), owner.empty() ? "" : "(" + owner + ")"});
  }
  return list_of(fmt::format("rows written since: {}", sum_of(situation.written).text()), aligned(rows, 1), kMost);
}

std::string effects_text(const Situation& situation) {
  if (!situation.undo) return "";
  std::vector<std::string> items;
  for (const auto& effect : situation.undo->effects) {
    auto item = fmt::format("{:<10}  {}", name_of(effect.loss), one_line(effect.words));
    if (!effect.detail.empty()) item += fmt::format("\n{:14}{}", "", one_line(effect.detail));
    if (!effect.hint.empty()) item += fmt::format("\n{:14}hint: {}", "", one_line(effect.hint));
    items.push_back(item);
  }
  return list_of("what an undo does", items, kMost) + list_of("renames that an undo takes back", as_lines(situation.undo->renames), kMost);
}

std::string basis_of(const Price& price) {
  const std::string word = price.is_measured ? "measured" : "estimated";
  const auto basis = one_line(price.basis);
  if (basis.empty()) return word;
  return basis.starts_with(word) ? basis : word + ": " + basis;
}

std::string lost_text(const Way& way, const Situation& situation) {
  if (way.strategy == Strategy::undo) return "none";
  const auto sum = sum_of(situation.written);
  return sum.is_nothing() ? "none" : sum.text();
}

/// What is not said in the line itself: whereto, and what is lost; or why it is not possible.
std::string notes_of(const Way& way, const Situation& situation) {
  std::string text;
  const auto add = [&text](const std::string& label, const std::vector<std::string>& lines) {
    std::vector<std::string> labelled;
    for (const auto& line : as_lines(lines)) labelled.push_back(label + line);
    for (const auto& line : rehearsal::cut(labelled, kMost)) text += "    " + line + "\n";
  };
  if (!way.is_possible) {
    add("why:  ", split_lines(way.why_not));
    add("hint: ", split_lines(way.hint));
    return text;
  }
  if (way.strategy == Strategy::swap) add("to:   ", {situation.clone});
  if (way.strategy == Strategy::restore) add("from: ", {situation.archive + (situation.proof.empty() ? ", not proved" : ", proof " + situation.proof)});
  add("lost: ", way.loses);
  return text;
}

std::string ways_text(const Situation& situation, const Proposal& proposal) {
  std::vector<std::vector<std::string>> rows{{"ways back", "DOWNTIME", "IN ALL", "ROWS LOST", "HOW KNOWN"}};
  for (const auto& way : proposal.ways) {
    if (way.strategy == Strategy::nothing) continue;
    const auto name = "  " + name_of(way.strategy);
    if (way.is_possible)
      rows.push_back({name, format_seconds(way.downtime.seconds), format_seconds(way.total_seconds), lost_text(way, situation), basis_of(way.downtime)});
    else
      rows.push_back({name, "not possible"});
  }
  const auto lines = aligned(rows, std::string::npos);
  auto text = lines[0] + "\n";
  std::size_t at = 0;
  for (const auto& way : proposal.ways) {
    if (way.strategy == Strategy::nothing) continue;
    text += lines[++at] + "\n" + notes_of(way, situation);
  }
  if (!situation.services.empty()) text += "  each downtime includes stopping and starting " + join_some(as_lines(situation.services)) + "\n";
  return text;
}

/// Empty where there is nothing to run.
std::string command_of(const Situation& situation, const Proposal& proposal) {
  if (!proposal.has_recommendation || proposal.recommended == Strategy::nothing) return "";
  const bool keeps = proposal.recommended == Strategy::undo && !situation.data_changes.empty();
  return fmt::format("safety-rollback --strategy {}{} --yes", name_of(proposal.recommended), keeps ? " --keep-data-changes" : "");
}

std::string recommendation(const Situation& situation, const Proposal& proposal) {
  if (!proposal.has_recommendation) return proposal.why + ": why, and what can be done, is above\n";
  if (proposal.recommended == Strategy::nothing) return (proposal.ways.size() > 1 ? "recommended: nothing: " : "") + proposal.why + "\n";
  return fmt::format("recommended: `{}`: {}\n", command_of(situation, proposal), proposal.why);
}

template <typename Value>
ordered_json or_null(const std::optional<Value>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

template <typename List, typename Make>
ordered_json array_of(const List& list, const Make& make) {
  auto array = ordered_json::array();
  for (const auto& one : list) array.push_back(make(one));
  return array;
}

ordered_json json_of(const undo::Assessment& assessment) {
  const auto effects = array_of(assessment.effects, [](const undo::Effect& one) {
    return ordered_json{{"words", one.words}, {"loss", name_of(one.loss)}, {"detail", one.detail}, {"hint", one.hint}};
  });
  return {{"possible", assessment.is_possible()},        {"lossless", assessment.is_lossless()},      {"effects", effects}, {"renames", assessment.renames},
          {"rows_to_move", assessment.rows_to_move}, {"bytes_to_move", assessment.bytes_to_move}, {"sql", assessment.sql}};
}

ordered_json json_of(const Way& way) {
  return {{"strategy", name_of(way.strategy)},
          {"possible", way.is_possible},
          {"why_not", split_lines(way.why_not)},
          {"hints", split_lines(way.hint)},
          {"downtime_seconds", way.downtime.seconds},
          {"measured", way.downtime.is_measured},
          {"basis", way.downtime.basis},
          {"total_seconds", way.total_seconds},
          {"rows_lost", way.is_rows_lost_known ? ordered_json(way.rows_lost) : ordered_json(nullptr)},
          {"loses", way.loses}};
}

}  // namespace

std::string format_text(const Situation& situation, const Proposal& proposal) {
  auto text = header(situation) + migrations_text(situation) + changes_text(situation) + rows_text(situation) + effects_text(situation);
  if (proposal.ways.size() > 1) text += ways_text(situation, proposal);
  return text + recommendation(situation, proposal);
}

std::string format_json(const Situation& situation, const Proposal& proposal) {
  const auto migrations = array_of(situation.migrations, [](const UndoneMigration& one) {
    return ordered_json{{"tool", one.tool}, {"name", one.name}, {"state", one.state}, {"finished", one.finished}};
  });
  const auto changes = array_of(situation.changes, [](const schema::Change& one) {
    return ordered_json{{"words", one.words}, {"sql", one.sql}, {"loses_data", one.loses_data}};
  });
  const auto written = array_of(situation.written, [](const Written& one) {
    return ordered_json{{"table", one.table},       {"owner", migrations::name_of(one.owner)}, {"before", or_null(one.before)}, {"now", or_null(one.now)},
                        {"written", or_null(one.written)}, {"exact", one.is_exact}};
  });
  const ordered_json fields{{"database", situation.database},
                            {"checkpoint", situation.checkpoint},
                            {"label", situation.label},
                            {"taken", situation.taken},
                            {"age_seconds", situation.age_seconds},
                            {"migrations", migrations},
                            {"changes", changes},
                            {"written", written},
                            {"data_changes", situation.data_changes},
                            {"keeps_data_changes", situation.keeps_data_changes},
                            {"clone", situation.has_clone ? ordered_json(situation.clone) : ordered_json(nullptr)},
                            {"archive", situation.has_archive ? ordered_json(situation.archive) : ordered_json(nullptr)},
                            {"proof", situation.proof},
                            {"services", situation.services},
                            {"undo", situation.undo ? json_of(*situation.undo) : ordered_json(nullptr)},
                            {"ways", array_of(proposal.ways, [](const Way& way) { return json_of(way); })},
                            {"recommended", proposal.has_recommendation ? ordered_json(name_of(proposal.recommended)) : ordered_json(nullptr)},
                            {"why", proposal.why},
                            {"command", command_of(situation, proposal)}};
  return fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace safety::rollback
