#pragma once
// Which ways back there are, what each costs, and which is recommended. Pure: everything it goes by is in the Situation.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/migrations/ownership.hpp"
#include "libsafety/schema/changes.hpp"
#include "libsafety/undo/assessment.hpp"

namespace safety::rollback {

enum class Strategy {
  nothing,  // there is nothing to undo
  undo,     // surgical: the schema change is undone in place, rows written since stay
  swap,     // to the checkpoint's clone, by a rename
  restore,  // of the archive, aside, then swapped in
};
std::string name_of(Strategy strategy);                         // "nothing", "undo", "swap", "restore"
std::optional<Strategy> parse_strategy(const std::string& text);  // of the last three

/// Rows written since the checkpoint (by the migration too).
struct Written {
  std::string table;  // "public.users", unquoted
  migrations::Owner owner = migrations::Owner::nobody;
  std::optional<std::uint64_t> before, now, written;  // rows then, rows now, rows inserted or updated since; nullopt: not known
  bool is_exact = true;  // false: of the server's statistics
};

/// Rows written since, in all tables together.
struct WrittenSum {
  std::uint64_t rows = 0;  // of the tables where it is known
  bool is_known = true, is_exact = true;
  bool is_nothing() const noexcept { return is_known && is_exact && rows == 0; }
  std::string text() const;  // "about 20,000", "40 and more", "not known"
};
WrittenSum sum_of(const std::vector<Written>& written);

/// A migration of a tool with a history that the checkpoint does not have.
struct UndoneMigration {
  std::string tool, name;      // "prisma", "20260213120000_add_province"
  std::string state;           // "applied", "failed", "unfinished"
  std::string finished;        // as the server writes it; may be empty
};

/// A duration and where it is from: "measured 3 times here, last 2026-11-26", or an estimate.
struct Price {
  double seconds = 0;
  bool is_measured = false;
  std::string basis;
};

struct Situation {
  std::string database;
  std::string checkpoint, label, taken;  // id, label, RFC 3339
  double age_seconds = 0;
  std::vector<schema::Change> changes;   // from the checkpoint to now
  std::vector<UndoneMigration> migrations;
  std::vector<Written> written;          // tables in which something was written, largest first
  std::vector<std::string> data_changes; // statements of the undone migrations that change rows that stay: an undo keeps what they did
  bool keeps_data_changes = false;       // that is accepted
  // What each way needs: either it is there, or why not.
  std::optional<undo::Assessment> undo;
  std::string no_undo;
  bool has_clone = false;
  std::string clone, no_clone;
  bool has_archive = false;
  std::string archive, proof, no_archive;
  std::vector<std::string> services;     // stopped meanwhile: their time is in each price
  Price undo_price, swap_price, restore_price;  // downtime
  double restore_total_seconds = 0;      // of which the price's is downtime
};

struct Way {
  Strategy strategy = Strategy::nothing;
  bool is_possible = true;
  std::string why_not, hint;             // when it is not possible; a line each
  Price downtime;
  double total_seconds = 0;
  std::uint64_t rows_lost = 0;           // written since, gone with this way (kept in the previous database)
  bool is_rows_lost_known = true;
  std::vector<std::string> loses;        // what does not come back, or goes; a line each
};

struct Proposal {
  std::vector<Way> ways;                 // nothing alone, or undo, swap, restore, possible or not
  Strategy recommended = Strategy::nothing;
  bool has_recommendation = true;        // false: none of them is possible
  std::string why;
};

/// An undo without loss is best; then, when nothing was written since, a swap, else a lossy undo that keeps the rows; then swap, then restore.
Proposal propose(const Situation& situation);

/// What changed, the ways with their prices, the recommendation: what is shown before anybody is asked.
std::string format_text(const Situation& situation, const Proposal& proposal);
/// Fields as a JSON object: database, checkpoint, label, taken, age_seconds, migrations (tool, name, state, finished), changes (words, sql,
/// loses_data), written (table, owner, before, now, written, exact), data_changes, keeps_data_changes, clone, archive, proof, services,
/// undo (possible, lossless, effects (words, loss, detail, hint), renames, rows_to_move, bytes_to_move, sql), ways (strategy, possible,
/// why_not, hints, downtime_seconds, measured, basis, total_seconds, rows_lost, loses), recommended, why, command. What is not known, or
/// not there, is null.
std::string format_json(const Situation& situation, const Proposal& proposal);

}  // namespace safety::rollback
