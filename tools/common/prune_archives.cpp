#include "tools/common/prune_archives.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/prune/offsite_copies.hpp"
#include "tools/common/offsite_copy.hpp"
#include "tools/common/verdict_text.hpp"

namespace safety::tools {
namespace {

using nlohmann::ordered_json;

std::string dump(const ordered_json& value) { return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace); }

void require_one(const std::set<std::string>& databases, const std::string& place) {
  if (databases.size() > 1)
    throw Error(Code::usage, fmt::format("\"{}\" holds checkpoints of {} databases, and none is named", place, databases.size()),
                "Name one with --database-url or DATABASE_URL, or say --all.",
                "there are " + join_some(std::vector<std::string>(databases.begin(), databases.end())));
}

/// The only one that has checkpoints here; "" for none.
std::string only_database(const Context& context, const checkpoint::Store& store) {
  std::set<std::string> databases;
  for (const auto& record : store.list(context)) databases.insert(record.database);
  require_one(databases, store.folder().string());
  return databases.empty() ? "" : *databases.begin();
}

void require_one_database(const std::vector<checkpoint::Verdict>& verdicts, const std::string& place) {
  std::set<std::string> databases;
  for (const auto& verdict : verdicts) databases.insert(verdict.record.database);
  require_one(databases, place);
}

SizeOf sizes_of(const prune::Outlook& outlook) {
  return [&outlook](const checkpoint::Record& record) { return outlook.sizes.at(record.id); };
}

std::string outlook_text(const prune::Outlook& outlook) {
  auto text = verdict_table(outlook.verdicts, sizes_of(outlook), "archives");
  for (const auto& partial : outlook.partials)
    text += fmt::format("remove {}, {}: left by a backup that was killed\n", partial.path.filename().string(), format_bytes(partial.bytes));
  for (const auto& id : outlook.begun) text += fmt::format("remove {}: what an earlier run left of it\n", id);
  return text;
}

ordered_json outlook_fields(const prune::Outlook& outlook) {
  ordered_json fields{{"checkpoints", verdict_fields(outlook.verdicts, sizes_of(outlook))}, {"partial_files", ordered_json::array()}, {"begun", outlook.begun}};
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
  const auto text = outlook_text(outlook);
  auto fields = outlook_fields(outlook);
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

Result prune_copies(const Context& context, const Tool& tool, prune::PruneOptions options, bool is_all, const offsite::Remote& remote) {
  const checkpoint::Store store(tool.backup_dir());
  const auto info = tool.connection();
  if (!is_all && !info.parameters().empty()) options.database = info.database();
  const auto now = std::chrono::system_clock::now();
  const SizeOf size_of = [](const checkpoint::Record& record) { return record.archive.bytes; };
  auto verdicts = prune::look_offsite(context, store, remote, options, now);
  if (!is_all && options.database.empty()) require_one_database(verdicts, remote.shown);
  const auto text = verdict_table(verdicts, size_of, "copies");
  ordered_json fields{{"remote", remote.shown}, {"checkpoints", verdict_fields(verdicts, size_of)}};
  std::set<std::string> chosen;
  std::uint64_t bytes = 0;
  for (const auto& verdict : verdicts)
    if (!verdict.is_kept && chosen.insert(verdict.record.id).second) bytes += size_of(verdict.record);
  if (tool.is_dry_run()) {
    fields["dry_run"] = true;
    return {Code::success, fmt::format("would do:\n{}{} ({}) would be removed from \"{}\"\n", text, format_copies(chosen.size()), format_bytes(bytes), remote.shown), dump(fields)};
  }
  std::vector<std::string> removed;
  if (!chosen.empty()) {
    tool.confirm(fmt::format("{} ({}) will be removed from \"{}\" for good.", format_copies(chosen.size()), format_bytes(bytes), remote.shown), text);
    // What was pinned meanwhile stays; what nobody agreed to does, too.
    verdicts = prune::look_offsite(context, store, remote, options, now);
    std::erase_if(verdicts, [&](const auto& verdict) { return !chosen.contains(verdict.record.id); });
    removed = prune::prune_offsite(context, remote, verdicts);
  }
  fields["removed"] = removed;
  return {Code::success, fmt::format("{}removed {} from \"{}\"\n", tool.is_confirmed() || chosen.empty() ? text : "", format_copies(removed.size()), remote.shown), dump(fields)};
}

}  // namespace safety::tools
