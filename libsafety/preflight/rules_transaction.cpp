// Transactions: what ends up half done, or not done at all.

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/preflight/look.hpp"

namespace safety::preflight {
namespace {

using Kind = Action::Kind;

bool is_non_transactional(const Action& action) {
  switch (action.kind) {
    case Kind::create_index:
    case Kind::drop_index:
    case Kind::detach_partition: return action.is_concurrent;
    case Kind::reindex: return action.is_concurrent || action.kind_word == "database";
    case Kind::vacuum:
    case Kind::vacuum_full:
    case Kind::create_database:
    case Kind::drop_database:
    case Kind::alter_system: return true;
    default: return false;
  }
}

bool is_effective(const std::vector<Action>& actions) {
  return std::any_of(actions.begin(), actions.end(), [](const Action& action) {
    switch (action.kind) {
      case Kind::set:
      case Kind::set_role:
      case Kind::begin:
      case Kind::commit:
      case Kind::rollback:
      case Kind::savepoint:
      case Kind::select: return false;
      default: return true;
    }
  });
}

/// Statements of the file that do something, and how many of them a failure leaves standing one without the other.
struct Pieces {
  std::size_t statements = 0, pieces = 0;
  std::optional<std::size_t> first;
};
Pieces pieces_of(const File& file) {
  Pieces found;
  bool is_in_block = false;
  for (std::size_t i = 0; i < file.actions.size(); ++i) {
    if (file.script.statements[i].is_nested) continue;
    for (const auto& action : file.actions[i]) {
      if (action.kind == Kind::begin && !is_in_block) ++found.pieces;
      if (action.kind == Kind::begin) is_in_block = true;
      if (action.kind == Kind::commit || action.kind == Kind::rollback) is_in_block = false;
    }
    if (!is_effective(file.actions[i])) continue;
    ++found.statements;
    if (!is_in_block) ++found.pieces;
    if (!found.first) found.first = i;
  }
  return found;
}

/// Nothing but such statements: each stands for itself.
bool is_all_alike(const File& file) {
  return std::all_of(file.actions.begin(), file.actions.end(),
                     [](const auto& actions) { return !is_effective(actions) || std::all_of(actions.begin(), actions.end(), is_non_transactional); });
}

void check_non_transactional(Look& look, const Action& action) {
  if (!is_non_transactional(action)) return;
  const auto pieces = pieces_of(look.file);
  const bool is_alone = pieces.statements <= 1 && look.file.script.statements.size() == 1;
  const bool is_drizzle = look.file.source.tool == "drizzle";
  const auto object = format_name(action.object);
  if (look.run.is_in_block) {
    look.report("concurrently-in-transaction", action.position, object, "cannot run inside a transaction, and BEGIN stands above");
  } else if (look.run.sent == Run::Sent::in_a_transaction && (is_drizzle || !is_alone)) {
    look.report("concurrently-in-transaction", action.position, object,
                is_drizzle ? "cannot run inside a transaction, and drizzle-kit migrate runs every file in one"
                           : "cannot run inside a transaction, and the statements of this file are sent to the server as one");
  } else if (!is_alone && (look.run.sent == Run::Sent::unknown || !is_all_alike(look.file)) && look.run.is_first("mixed-non-transactional")) {
    look.report("mixed-non-transactional", action.position, object,
                "commits by itself: when another statement of the file fails, this one stays, and where the file is sent as one it fails");
  }
  if (action.kind == Kind::create_index) {
    const auto finding = look.report("invalid-index-left", action.position, action.name,
                                     fmt::format("leaves an invalid index behind when it fails{}", action.has_if ? ", which IF NOT EXISTS will then take for the real one" : ""));
    if (!action.name.empty()) look.ask(finding, Question::Kind::invalid_index, action.object).expression = action.name;
  }
}

}  // namespace

void check_transaction(Look& look, const Action& action) {
  check_non_transactional(look, action);
  auto& run = look.run;
  if (look.statement().is_nested) return;
  if (action.kind == Kind::begin) {
    if (run.is_in_block)
      look.report("nested-transaction", action.position, "", "begins a transaction inside of one, which the server ignores with a warning");
    else if (look.file.source.tool == "drizzle" && run.sent == Run::Sent::in_a_transaction)
      look.report("nested-transaction", action.position, "", "begins a transaction inside the one that drizzle-kit migrate runs every file in");
  } else if (action.kind == Kind::commit && !run.is_in_block) {
    look.report("stray-commit", action.position, "", "commits without a BEGIN above: the transaction that the tool has opened ends here");
  } else if (action.kind == Kind::rollback) {
    look.report("rollback-in-migration", action.position, "", "takes back what stands above it, and the tool will note the migration as applied");
  }
}

void check_end_of_transactions(Look& look) {
  const auto& file = look.file;
  if (look.run.is_in_block) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < file.actions.size(); ++i)
      for (const auto& action : file.actions[i])
        if (action.kind == Kind::begin) begin = i;
    look.index = begin;
    look.report("transaction-left-open", 0, "", "begins a transaction that the file does not end: nothing of it stays");
  }
  const auto pieces = pieces_of(file);
  if (look.run.sent != Run::Sent::one_by_one || pieces.pieces < 2 || !pieces.first) return;
  look.index = *pieces.first;
  look.report("multi-statement-not-atomic", 0, "",
              fmt::format("this file's {} statements are sent one by one: when one fails, those before it stay", pieces.statements));
  for (std::size_t i = 0; i < file.actions.size(); ++i) {
    const auto bare = std::find_if(file.actions[i].begin(), file.actions[i].end(), [](const Action& action) {
      switch (action.kind) {
        case Kind::create_table:
        case Kind::add_column:
        case Kind::create_index:
        case Kind::create_view:
        case Kind::create_sequence:
        case Kind::create_schema:
        case Kind::create_extension:
        case Kind::drop_table:
        case Kind::drop_column:
        case Kind::drop_constraint:
        case Kind::drop_index:
        case Kind::drop_type:
        case Kind::drop_view: return !action.has_if && !action.is_part_of_table;
        default: return false;
      }
    });
    if (bare == file.actions[i].end()) continue;
    look.index = i;
    look.report("not-repeatable", bare->position, format_name(bare->object), "fails when the migration is run again after it stopped half-way");
    return;
  }
}

}  // namespace safety::preflight
