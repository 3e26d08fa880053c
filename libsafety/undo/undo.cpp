#include "libsafety/undo/undo.hpp"

#include <fmt/format.h>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/transfer/server_disk.hpp"
#include "libsafety/undo/preparation.hpp"

namespace safety::undo {
namespace {

/// Tables that are made anew stand beside the old ones until the COMMIT.
void check_disk(Preparation& preparation) {
  std::uint64_t bytes = 0;
  for (const auto& [then, plan] : preparation.scheme.tables)
    if (plan.is_rebuilt) bytes += plan.now->bytes;
  const auto free = transfer::free_bytes_of_server(preparation.target);
  const auto needed = bytes * 3 / 2;  // indexes are built anew, too
  if (free && *free < needed)
    throw Error(Code::storage, fmt::format("the undo needs about {} on the server's disk, and {} are free", format_bytes(needed), format_bytes(*free)),
                "Free space on the server (`safety-prune --databases` drops clones and previous databases), or choose `--strategy swap`.");
}

Assessment assess(Preparation& preparation) {
  Assessment assessment;
  assessment.changes = schema::compare(preparation.then_definitions, preparation.now_definitions);
  for (const auto& rename : preparation.scheme.pairing.renames) assessment.renames.push_back(rename.words);
  assessment.effects = find_effects(preparation);
  const auto& scheme = preparation.scheme;
  for (const auto& [then, plan] : scheme.tables) {
    if (!plan.is_rebuilt || plan.now->is_partition()) continue;
    assessment.rows_to_move += preparation.rows->count(*plan.then);
    assessment.bytes_to_move += plan.now->bytes;
  }
  for (const auto table : scheme.loaded) assessment.rows_to_move += preparation.rows->count(scheme.then.catalog.tables.at(table));
  assessment.sql = preparation.script.text();
  return assessment;
}

}  // namespace

Assessment assess(const Context& context, const UndoRequest& request) {
  Preparation preparation(context, request);
  return assess(preparation);
}

UndoResult undo(const Context& context, const UndoRequest& request, const std::function<void(pg::Connection&)>& in_transaction) {
  Preparation preparation(context, request);
  preparation.is_decided = true;
  throw_if_impossible(find_effects(preparation));
  check_disk(preparation);
  return carry_out(context, preparation, in_transaction);
}

}  // namespace safety::undo
