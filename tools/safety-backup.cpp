// safety-backup: a live database into a checkpoint: an archive that stock tools can restore, a clone, or both.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/backup/backup.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/version.hpp"
#include "libsafety/os/workers.hpp"
#include "tools/common/offsite_copy.hpp"
#include "tools/common/scheduled.hpp"
#include "tools/common/tool.hpp"

namespace {

using namespace safety;

nlohmann::ordered_json fields_of(const backup::BackupResult& result) {
  const auto& record = result.record;
  nlohmann::ordered_json fields{{"id", record.id}, {"path", result.path.string()}, {"bytes", record.archive.bytes},
                                {"sha256", record.archive.sha256}, {"rows", record.rows}, {"tables", record.tables},
                                {"seconds", result.seconds}, {"proof", checkpoint::name_of(record.proof())},
                                {"database", record.database}, {"snapshot_time", record.snapshot_time}};
  if (!record.names_archive())
    for (const char* name : {"path", "bytes", "sha256", "rows"}) fields.erase(name);
  if (const auto& clone = record.clone)
    fields["clone"] = {{"database", clone->database}, {"seconds", clone->seconds}, {"strategy", clone->strategy}, {"bytes", clone->bytes}};
  return fields;
}

std::string describe(const backup::BackupResult& result) {
  const auto& record = result.record;
  std::string text;
  if (record.names_archive())
    text = fmt::format("{}\n  {} in {}, {} ({} of text), {}, proof {}\n", result.path.string(), format_plural(record.rows, "row"),
                       format_plural(record.tables, "table"), format_bytes(record.archive.bytes), format_bytes(record.plain_bytes),
                       format_seconds(result.seconds), checkpoint::name_of(record.proof()));
  else
    text = fmt::format("{}\n", record.id);
  if (const auto& clone = record.clone)
    text += fmt::format("  clone \"{}\": {} by {}, database closed for {}\n", clone->database, format_bytes(clone->bytes), clone->strategy,
                        format_seconds(clone->seconds));
  return text;
}

/// The project's migrations, for the record's facts alone: no reason to go without a backup.
migrations::Project find_migrations(const Context& context, const tools::Tool& tool) {
  try {
    return tool.project();
  } catch (const Error& error) {
    context.sink.warning("pending migrations are not noted: " + error.message());
    return {};
  }
}

}  // namespace

int main(int argc, char** argv) {
  tools::Tool tool("safety-backup", "Back a PostgreSQL database up into one archive, proven and recorded, with a clone beside it if asked.",
                   "  safety-backup --label before-v42 --reason pre-migration\n"
                   "  safety-backup --format gz --exclude-table-data 'public.*_log'\n"
                   "  safety-backup --clone --label before-v42\n"
                   "  safety-backup --offsite --offsite-remote b2:backups/shop\n"
                   "  safety-backup --scheduled\n");
  backup::BackupOptions options;
  options.jobs = os::available_processors();
  std::string format = "zst", proof = "L1";
  int level = -1;
  bool no_envelope = false, no_registry = false, no_archive = false, is_copied = false;
  tools::OffsiteOptions offsite;
  std::string copy_only;
  tool.option("--label", options.label, "a name to find the checkpoint by, as in `safety-restore LABEL`");
  tool.option("--reason", options.reason, "why it is made: pre-migration, scheduled, manual ...");
  tool.option("--jobs", options.jobs, "sessions that read at once");
  tool.option("--format", format, "zst, gz or none (plain SQL)");
  tool.option("--level", level, "compression level, zst 1 to 19, gz 1 to 12: more is smaller and slower; -1 is the format's default (zst 1, gz 6)");
  tool.option("--exclude-table-data", options.exclude_table_data, "leave the rows of matching tables out, as pg_dump does");
  tool.flag("--schema-only", options.is_schema_only, "the schema alone, without any rows");
  tool.option("--lock-wait-timeout", options.lock_wait, "how long to wait for a table that a migration holds");
  tool.option("--proof", proof, "how far to verify before success is reported: L1 (digest) or L2 (decode every frame)", {.is_per_tool = true});
  tool.flag("--clone", options.makes_clone, "also make a clone in the same cluster, to go back to within milliseconds; ends the sessions on the database, and new ones wait meanwhile");
  tool.flag("--no-archive", no_archive, "with --clone: the clone alone. It lives and dies with the server, so it is no backup");
  tool.option("--prefix", options.prefix, "what the file name begins with (default: the database's name)");
  tool.flag("--no-envelope", no_envelope, "leave out the BEGIN and COMMIT around the script, for databases with more objects than one transaction can lock");
  tool.flag("--no-registry", no_registry, "do not list the checkpoint in the database's schema safety");
  tool.flag("--offsite", is_copied, "copy the archive to the off-site remote afterwards, and prove the copy", {.is_per_tool = true});
  tool.option("--copy-offsite", copy_only, "make no backup: copy this checkpoint off site (\"latest\", an id, a label)", {.is_per_tool = true});
  tools::declare_offsite(tool, offsite);
  tools::Scheduled scheduled;
  scheduled.declare(tool);
  tool.with_dry_run();
  tool.with_encryption();

  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    options.codec = archive::parse_codec(format);
    options.level = level < 0 ? archive::default_level(options.codec) : level;
    options.folder = tool.backup_dir();
    options.has_envelope = !no_envelope;
    options.writes_registry = !no_registry;
    options.makes_archive = !no_archive;
    if (no_archive && !options.makes_clone) throw Error(Code::usage, "--no-archive goes with --clone", "Without both there would be nothing to make.");
    options.container = tool.container();
    options.migrations = find_migrations(context, tool);
    options.tool_version = kVersion;
    if (options.jobs == 0 || options.jobs > 64) throw Error(Code::usage, "--jobs takes 1 to 64", "Twice the processors is plenty.");
    const auto level_of_proof = checkpoint::parse_proof(proof);
    if (!level_of_proof || *level_of_proof > checkpoint::Proof::decodes)
      throw Error(Code::usage, "--proof takes L1 or L2 here", "For more run `safety-verify latest --proof L4` afterwards.");
    options.proof = *level_of_proof;
    if (scheduled.is_asked_for()) return scheduled.run(context, tool, options, offsite);
    const auto info = tool.connection();
    if (is_copied && no_archive) throw Error(Code::usage, "--offsite goes with an archive", "A clone lives and dies with its server.");
    // Told before the backup, not after it.
    const auto thoroughness = tools::offsite_thoroughness(offsite);
    const auto remote = is_copied || !copy_only.empty() ? tools::offsite_remote(offsite) : offsite::Remote{};
    if (!copy_only.empty()) return tools::copy_offsite(context, tool, remote, thoroughness, copy_only, info);
    if (tool.is_dry_run()) {
      auto lines = backup::describe_backup(context, info, options);
      if (is_copied) lines.push_back("copy the archive to \"" + remote.shown + "\" and prove the copy");
      return {Code::success, "would do:\n  " + join(lines, "\n  "), nlohmann::json{{"dry_run", true}, {"plan", lines}}.dump()};
    }
    const auto result = backup::back_up(context, info, options);
    auto text = describe(result);
    auto fields = fields_of(result);
    if (is_copied) {
      const auto copied = tools::copy_new_checkpoint(context, remote, thoroughness, checkpoint::Store(options.folder), result.record);
      text += "  " + tools::describe(copied, remote);
      fields["offsite"] = nlohmann::ordered_json::parse(tools::fields_of(copied, remote));
    }
    return {Code::success, text, fields.dump()};
  });
}
