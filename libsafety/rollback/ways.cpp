// The decision. What is shown of it is in ways_report.cpp.
#include "libsafety/rollback/ways.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/rehearsal/text.hpp"
#include "libsafety/rollback/text.hpp"

namespace safety::rollback {
namespace {

using undo::Loss;

bool changed_nothing(const Situation& situation) {
  return situation.changes.empty() && situation.migrations.empty() && situation.data_changes.empty() &&
         (!situation.undo || situation.undo->is_empty());
}

/// The way to name to somebody for whom an undo is not it.
std::string instead_of_undo(const Situation& situation) { return situation.has_clone ? "swap" : situation.has_archive ? "restore" : ""; }

std::string some_statements(const std::vector<std::string>& statements) {
  constexpr std::size_t kMost = 5;
  std::vector<std::string> told;
  for (std::size_t at = 0; at < std::min(statements.size(), kMost); ++at) told.push_back(rehearsal::shortened_statement(statements[at]));
  if (statements.size() > kMost) told.push_back(fmt::format("and {} more", statements.size() - kMost));
  return join(told, "; ");
}

/// A reason that is there already is not said twice.
void add_line(std::string& lines, const std::string& line) {
  const auto text = one_line(line);
  if (text.empty() || ("\n" + lines + "\n").find("\n" + text + "\n") != std::string::npos) return;
  lines += (lines.empty() ? "" : "\n") + text;
}

void refuse(Way& way, const std::string& why, const std::string& hint) {
  way.is_possible = false;
  add_line(way.why_not, why);
  add_line(way.hint, hint);
}

Way undo_way(const Situation& situation) {
  Way way;
  way.strategy = Strategy::undo;
  way.downtime = situation.undo_price;
  way.total_seconds = way.downtime.seconds;
  const auto instead = instead_of_undo(situation);
  const auto other_way = instead.empty() ? "" : fmt::format("`--strategy {}` goes back without an undo.", instead);
  if (!situation.no_undo.empty() || !situation.undo) refuse(way, situation.no_undo.empty() ? "it was not assessed" : situation.no_undo, other_way);
  if (situation.undo)
    for (const auto& effect : situation.undo->effects) {
      if (effect.loss == Loss::lossy) way.loses.push_back(effect.detail.empty() ? effect.words : effect.detail);
      if (effect.loss == Loss::impossible)
        refuse(way, effect.detail.empty() ? effect.words : effect.words + ": " + effect.detail, effect.hint.empty() ? other_way : effect.hint);
    }
  if (situation.keeps_data_changes)
    for (const auto& statement : situation.data_changes) way.loses.push_back("what the migration did to rows stays: " + rehearsal::shortened_statement(statement));
  else if (!situation.data_changes.empty())
    refuse(way, "the migration itself changed rows that stay: " + some_statements(situation.data_changes),
           "Run it with `--keep-data-changes` to keep what it did" + (instead.empty() ? "." : fmt::format(", or with `--strategy {}`.", instead)));
  return way;
}

/// To the state of the checkpoint: what a swap and a restore have in common.
Way whole_way(Strategy strategy, const Situation& situation) {
  Way way;
  way.strategy = strategy;
  const auto sum = sum_of(situation.written);
  way.rows_lost = sum.rows;
  way.is_rows_lost_known = sum.is_known;
  if (!sum.is_nothing()) way.loses.emplace_back("the rows written since; they are kept in the previous database");
  return way;
}

Way swap_way(const Situation& situation) {
  auto way = whole_way(Strategy::swap, situation);
  way.downtime = situation.swap_price;
  way.total_seconds = way.downtime.seconds;
  if (!situation.has_clone)
    refuse(way, situation.no_clone.empty() ? "the checkpoint has no clone" : situation.no_clone, "`safety-list --databases` shows the clones that are there.");
  return way;
}

Way restore_way(const Situation& situation) {
  auto way = whole_way(Strategy::restore, situation);
  way.downtime = situation.restore_price;
  way.total_seconds = situation.restore_total_seconds;
  if (!situation.has_archive)
    refuse(way, situation.no_archive.empty() ? "the checkpoint has no archive" : situation.no_archive, "`safety-list` shows the checkpoints that have one.");
  return way;
}

void recommend(Proposal& proposal, Strategy strategy, std::string why) {
  proposal.recommended = strategy;
  proposal.why = std::move(why);
}

void recommend_one(Proposal& proposal, const Situation& situation) {
  const auto& undo = proposal.ways[0];
  const auto& swap = proposal.ways[1];
  const auto& restore = proposal.ways[2];
  const auto sum = sum_of(situation.written);
  const auto rows = fmt::format("the rows written since ({})", sum.text());
  if (undo.is_possible && undo.loses.empty())
    return recommend(proposal, Strategy::undo, sum.is_nothing() ? "it loses nothing" : "it loses nothing and keeps " + rows);
  if (sum.is_nothing() && swap.is_possible)
    return recommend(proposal, Strategy::swap, fmt::format("nothing was written since, so it loses nothing{}", undo.is_possible ? ", where an undo would" : ""));
  if (undo.is_possible)
    return recommend(proposal, Strategy::undo, sum.is_nothing() ? "there is no clone to swap to, and it loses only what is listed"
                                                                : fmt::format("it keeps {} and loses only what is listed", rows));
  const auto kept = sum.is_nothing() ? "nothing was written since, so it loses nothing" : rows + " are kept in the previous database";
  if (swap.is_possible) return recommend(proposal, Strategy::swap, "an undo is not possible; " + kept);
  if (restore.is_possible) return recommend(proposal, Strategy::restore, "neither an undo nor a swap is possible; " + kept);
  recommend(proposal, Strategy::nothing, "none of the ways back is possible");
  proposal.has_recommendation = false;
}

}  // namespace

std::string name_of(Strategy strategy) {
  switch (strategy) {
    case Strategy::undo: return "undo";
    case Strategy::swap: return "swap";
    case Strategy::restore: return "restore";
    case Strategy::nothing: break;
  }
  return "nothing";
}

std::optional<Strategy> parse_strategy(const std::string& text) {
  for (const auto strategy : {Strategy::undo, Strategy::swap, Strategy::restore})
    if (text == name_of(strategy)) return strategy;
  return std::nullopt;
}

std::string WrittenSum::text() const {
  if (!is_known) return rows == 0 ? "not known" : figure_of(rows, is_exact) + " and more";
  return figure_of(rows, is_exact);
}

WrittenSum sum_of(const std::vector<Written>& written) {
  WrittenSum sum;
  for (const auto& one : written) {
    sum.is_known = sum.is_known && one.written.has_value();
    sum.is_exact = sum.is_exact && (one.is_exact || !one.written);
    sum.rows += one.written.value_or(0);
  }
  return sum;
}

Proposal propose(const Situation& situation) {
  Proposal proposal;
  if (!changed_nothing(situation)) {
    proposal.ways = {undo_way(situation), swap_way(situation), restore_way(situation)};
    recommend_one(proposal, situation);
    return proposal;
  }
  proposal.ways.emplace_back();
  if (sum_of(situation.written).is_nothing()) {
    recommend(proposal, Strategy::nothing, "there is nothing to undo");
    return proposal;
  }
  proposal.ways.push_back(swap_way(situation));
  proposal.ways.push_back(restore_way(situation));
  recommend(proposal, Strategy::nothing, "the schema is the checkpoint's; rows written since stay");
  return proposal;
}

}  // namespace safety::rollback
