#include "tools/common/prune_archives.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "libsafety/base/text.hpp"

namespace safety::tools {
namespace {

using nlohmann::ordered_json;

std::string dump(const ordered_json& value) { return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace); }

/// The only one that has checkpoints here; "" for none.
std::string only_database(const Context& context, const checkpoint::Store& store) {
  std::set<std::string> databases;
  for (const auto& record : store.list(context)) databases.insert(record.database);
  if (databases.size() > 1)
    throw Error(Code::usage, fmt::format("\"{}\" holds checkpoints of {} databases, and none is named", store.folder().string(), databases.size()),
                "Name one with --database-url or DATABASE_URL, or say --all.",
                "there are " + join_some(std::vector<std::string>(databases.begin(), databases.end())));
  return databases.empty() ? "" : *databases.begin();
}

std::string table_of(const prune::Outlook& outlook) {
  if (outlook.verdicts.empty()) return "there are no archives\n";
  std::string text = fmt::format("{:<6} {:<34} {:<20} {:>9}  {:<5} {:<14} {}\n", "", "CHECKPOINT", "TAKEN (UTC)", "SIZE", "PROOF", "REASON", "WHY");
  for (const auto& verdict : outlook.verdicts) {
    const auto& record = verdict.record;
    text += fmt::format("{:<6} {:<34} {:<20} {:>9}  {:<5} {:<14} {}\n", verdict.is_kept ? "keep" : "remove", one_line(record.id), record.snapshot_time.substr(0, 19),
                        format_bytes(outlook.sizes.at(record.id)), checkpoint::name_of(record.proof()), one_line(record.reason), one_line(join(verdict.reasons, ", ")));
  }
  return text;
}

std::string describe(const prune::Outlook& outlook) {
  auto text = table_of(outlook);
  for (const auto& partial : outlook.partials)
    text += fmt::format("remove {}, {}: left by a backup that was killed\n", partial.path.filename().string(), format_bytes(partial.bytes));
  for (const auto& id : outlook.begun) text += fmt::format("remove {}: what an earlier run left of it\n", id);
  return text;
}

ordered_json fields_of(const prune::Outlook& outlook) {
  ordered_json fields{{"checkpoints", ordered_json::array()}, {"partial_files", ordered_json::array()}, {"begun", outlook.begun}};
  for (const auto& verdict : outlook.verdicts)
    fields["checkpoints"].push_back({{"id", verdict.record.id},
                                     {"database", verdict.record.database},
                                     {"snapshot_time", verdict.record.snapshot_time},
                                     {"reason", verdict.record.reason},
                                     {"label", verdict.record.label},
                                     {"proof", checkpoint::name_of(verdict.record.proof())},
                                     {"bytes", outlook.sizes.at(verdict.record.id)},
                                     {"remove", !verdict.is_kept},
                                     {"why", verdict.reasons}});
  for (const auto& partial : outlook.partials) fields["partial_files"].push_back({{"file", partial.path.filename().string()}, {"bytes", partial.bytes}});
  return fields;
}

std::string shortage(const prune::PruneOptions& options, std::uint64_t free_bytes) {
  return fmt::format("only {} of {} are free, and nothing else may go\n", format_bytes(free_bytes), format_bytes(options.min_free_bytes));
}

}  // namespace

Result prune_archives(const Context& context, const Tool& tool, prune::PruneOptions options, bool is_all) {
  const checkpoint::Store store(tool.backup_dir());
  const auto info = tool.connection();
  const bool has_server = !info.parameters().empty();
  if (!is_all) options.database = has_server ? info.database() : only_database(context, store);
  const auto now = std::chrono::system_clock::now();
  const auto outlook = prune::look(context, store, options, now);
  const auto text = describe(outlook);
  auto fields = fields_of(outlook);
  if (tool.is_dry_run()) {
    fields.update({{"dry_run", true}, {"bytes", outlook.bytes()}, {"free_bytes", outlook.free_bytes}});
    return {Code::success, fmt::format("would do:\n{}{} and {} would be removed, {} freed\n{}", text, format_plural(outlook.archives(), "archive"),
                                       format_plural(outlook.partials.size(), "partial file"), format_bytes(outlook.bytes()),
                                       outlook.is_short ? shortage(options, outlook.free_bytes + outlook.bytes()) : ""), dump(fields)};
  }
  const bool is_to_ask = outlook.archives() > 0 || !outlook.partials.empty();
  if (is_to_ask)
    tool.confirm(fmt::format("{} and {}, {}, will be removed for good.", format_plural(outlook.archives(), "archive"),
                             format_plural(outlook.partials.size(), "partial file"), format_bytes(outlook.bytes())), text);
  const auto pruned = prune::prune(context, store, options, outlook, {has_server ? &info : nullptr, nullptr}, now);
  const bool is_short = pruned.free_bytes < options.min_free_bytes;
  fields.update({{"removed", pruned.removed}, {"records_without_archive", pruned.changed}, {"partial_files_removed", pruned.partials},
                 {"bytes", pruned.bytes}, {"free_bytes", pruned.free_bytes}});
  return {is_short ? Code::findings : Code::success,
          fmt::format("{}removed {} and {}, {} freed\n{}", tool.is_confirmed() || !is_to_ask ? text : "",
                      format_plural(pruned.removed.size() + pruned.changed.size(), "archive"), format_plural(pruned.partials.size(), "partial file"),
                      format_bytes(pruned.bytes), is_short ? shortage(options, pruned.free_bytes) : ""),
          dump(fields)};
}

}  // namespace safety::tools
