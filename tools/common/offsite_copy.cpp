#include "tools/common/offsite_copy.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"

namespace safety::tools {

offsite::Uploaded copy_new_checkpoint(const Context& context, const offsite::Remote& remote, offsite::Thoroughness thoroughness,
                                      const checkpoint::Store& store, const checkpoint::Record& record) {
  try {
    return offsite::upload(context, remote, store, record, thoroughness);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    auto copy = error.in(fmt::format("checkpoint {} is made and good here; its copy off site is not", record.id));
    const std::string again = fmt::format("`safety-backup --copy-offsite {}` tries the copy again.", record.id);
    throw copy.with_hint(error.hint().empty() ? again : error.hint() + " " + again);
  }
}

Result copy_offsite(const Context& context, const Tool& tool, const offsite::Remote& remote, offsite::Thoroughness thoroughness, const std::string& name,
                    const pg::ConnectionInfo& info) {
  const checkpoint::Store store(tool.backup_dir());
  const auto record = store.resolve(context, name, info.parameters().empty() ? "" : info.database());
  if (tool.is_dry_run())
    return {Code::success, fmt::format("would do:\n  copy {} ({}) to \"{}\" and prove the copy", record.id, format_bytes(record.archive.bytes), remote.shown),
            nlohmann::json{{"dry_run", true}, {"id", record.id}, {"remote", remote.shown}}.dump()};
  const auto copied = offsite::upload(context, remote, store, record, thoroughness);
  auto fields = nlohmann::ordered_json::parse(fields_of(copied, remote));
  fields["id"] = record.id;
  return {Code::success, fmt::format("{}: {}", record.id, describe(copied, remote)), fields.dump()};
}

Result list_offsite(const Context& context, const offsite::Remote& remote, const checkpoint::Store& store, const std::string& database) {
  auto lines = nlohmann::ordered_json::array();
  std::string text = fmt::format("{:<34} {:<20} {:>9} {:>12}  {:<6} {:<5} {}\n", "CHECKPOINT", "TAKEN (UTC)", "SIZE", "ROWS", "THERE", "HERE", "LABEL");
  std::map<std::string, bool> here;
  for (const auto& record : store.list(context)) here[record.id + record.archive.sha256] = store.has_archive(record);
  for (const auto& one : offsite::list(context, remote)) {
    const auto& record = one.record;
    if (!database.empty() && record.database != database) continue;
    const bool is_here = here[record.id + record.archive.sha256];
    auto fields = nlohmann::ordered_json::parse(checkpoint::format_record(record));
    fields["archive_exists"] = one.has_archive;
    fields["here"] = is_here;
    lines.push_back(std::move(fields));
    text += fmt::format("{:<34} {:<20} {:>9} {:>12}  {:<6} {:<5} {}\n", record.id, record.snapshot_time.substr(0, 19), format_bytes(record.archive.bytes),
                        format_count(record.rows), one.has_archive ? "whole" : "GONE", is_here ? "yes" : "no", record.label);
  }
  if (lines.empty()) text = fmt::format("no copies{} on \"{}\"; `safety-backup --offsite` makes one\n", database.empty() ? "" : " of database \"" + database + "\"", remote.shown);
  const nlohmann::ordered_json fields{{"remote", remote.shown}, {"checkpoints", lines}};
  return {Code::success, text, fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

std::string format_copies(std::size_t count) { return count == 1 ? "1 copy" : fmt::format("{} copies", count); }

std::string describe(const offsite::Uploaded& copied, const offsite::Remote& remote) {
  return fmt::format("copy {} \"{}\": {}, in {}\n", copied.was_there ? "was already on" : "on", remote.shown, copied.proof.how, format_seconds(copied.proof.seconds));
}

std::string fields_of(const offsite::Uploaded& copied, const offsite::Remote& remote) {
  return nlohmann::ordered_json{{"remote", remote.shown}, {"was_there", copied.was_there}, {"proof", copied.proof.how}, {"proof_seconds", copied.proof.seconds}}.dump();
}

}  // namespace safety::tools
