#include "libsafety/rollback/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "libsafety/archive/encryption.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/beside/beside.hpp"
#include "libsafety/migrations/history.hpp"
#include "libsafety/plan/journal.hpp"
#include "libsafety/schema/fingerprint.hpp"

namespace safety::rollback {
namespace {

bool has_clone(pg::Connection& maintenance, const checkpoint::Record& record) { return record.clone && beside::find_clone(maintenance, record).has_value(); }

/// Facts of histories: what of a record says which migrations it has.
std::map<std::string, std::string> heads_of(const std::map<std::string, std::string>& facts) {
  std::map<std::string, std::string> heads;
  for (const auto& [name, value] : facts)
    if (name.starts_with("prisma_head ") || name.starts_with("prisma_unfinished ") || name.starts_with("drizzle_head ")) heads[name] = value;
  return heads;
}

bool is_same_state(const checkpoint::Record& a, const checkpoint::Record& b) {
  return a.schema_fingerprint == b.schema_fingerprint && heads_of(a.facts) == heads_of(b.facts) && a.system_identifier == b.system_identifier;
}

/// Whether the record was taken before the migration: its head comes earlier by name, as Prisma orders them.
bool is_before(const checkpoint::Record& record, const std::string& migration) {
  bool knows_one = false;
  for (const auto& [name, value] : heads_of(record.facts)) {
    if (!name.starts_with("prisma_head ")) {
      if (value.find(migration) != std::string::npos) return false;
      continue;
    }
    knows_one = true;
    if (value.substr(0, value.find(' ')) >= migration) return false;
  }
  const auto pending = record.facts.find("prisma_pending");
  return knows_one || pending != record.facts.end() || record.facts.contains("drizzle_pending");
}

void fill_parts(const Context& context, pg::Connection& maintenance, const checkpoint::Store& store, const std::vector<checkpoint::Record>& records, Target& target) {
  const auto& meant = target.record;
  const auto usable = [&](const checkpoint::Record& one) { return one.database == meant.database && (one.id == meant.id || is_same_state(one, meant)) && !one.is_schema_only; };
  // The newest that is the same state: its rows are nearest to what was there when the migration began.
  for (const auto& one : records) {
    if (!usable(one)) continue;
    if (has_clone(maintenance, one) && one.sequence >= meant.sequence) target.clone = one;
    if (store.has_archive(one) && archive::may_read(context, store.archive_path(one)) && (one.id == meant.id || !target.archive || target.archive->id != meant.id)) target.archive = one;
  }
  if (!target.clone) target.no_clone = meant.clone ? fmt::format("its clone \"{}\" is not there any more", meant.clone->database) : "the checkpoint has no clone";
  if (target.archive) return;
  target.no_archive = store.has_archive(meant)   ? fmt::format("its archive {} is encrypted and no identity was given (--identity)", meant.archive.file)
                      : meant.names_archive() ? fmt::format("its archive {} is not in the backup folder", meant.archive.file)
                                              : "the checkpoint has no archive";
}

/// The checkpoint of the last rollback, when it is what is there now: who runs it twice must not go back twice.
void throw_if_back_already(const RollbackOptions& options, const std::vector<checkpoint::Record>& records, const std::string& database, const std::function<bool(const checkpoint::Record&)>& is_as_now) {
  const auto journals = plan::read_all(options.folder / "operations");
  const auto last = std::find_if(journals.rbegin(), journals.rend(), [&](const plan::JournalState& one) {
    return one.head.tool == "safety-rollback" && one.head.database == database && one.ending == "finished" && !one.head.arguments.contains("undoes");
  });
  if (last == journals.rend() || !last->head.arguments.contains("checkpoint")) return;
  const auto& id = last->head.arguments.at("checkpoint");
  const auto record = std::find_if(records.begin(), records.end(), [&](const checkpoint::Record& one) { return one.id == id; });
  if (record != records.end() && is_as_now(*record))
    throw Error(Code::no_such_checkpoint, fmt::format("database \"{}\" is as {} left it: at checkpoint {}", database, last->head.operation, id),
                "To go further back name the checkpoint: `safety-rollback --to ID`; `safety-list` shows them.");
}

std::string system_of(pg::Connection& connection) {
  try {
    return connection.value_of("SELECT system_identifier FROM pg_catalog.pg_control_system()");
  } catch (const Interrupted&) {
    throw;
  } catch (const Error&) {
    return "";  // the role may not ask
  }
}

void check_identity(pg::Connection& maintenance, const checkpoint::Record& record, const std::string& database) {
  if (record.database != database)
    throw Error(Code::usage, fmt::format("checkpoint {} is of database \"{}\", not of \"{}\"", record.id, record.database, database),
                "Name one of this database (`safety-list`), or point DATABASE_URL at the other.");
  const auto system = system_of(maintenance);
  if (!system.empty() && !record.system_identifier.empty() && system != record.system_identifier)
    throw Error(Code::usage, fmt::format("checkpoint {} was taken on another server (system {}, this is {})", record.id, record.system_identifier, system),
                fmt::format("`safety-restore {} --dry-run` shows what a restore of it would replace.", record.id));
}

}  // namespace

Target choose_target(const Context& context, pg::Connection& maintenance, pg::Connection& connection, const RollbackOptions& options) {
  const checkpoint::Store store(options.folder);
  const auto database = connection.database();
  auto records = store.list(context);
  Target target;
  if (!options.to.empty()) {
    target.record = store.resolve(context, options.to, database, checkpoint::Wanted::anything);
  } else {
    const auto fingerprint = schema::fingerprint_of(schema::read_objects(connection));
    const auto heads = heads_of(migrations::read_heads(context, connection, {}));
    const auto is_as_now = [&](const checkpoint::Record& one) { return one.schema_fingerprint == fingerprint && heads_of(one.facts) == heads; };
    if (options.migration.empty()) throw_if_back_already(options, records, database, is_as_now);
    // Scheduled ones may have been taken of the broken state: what is as it is now is no way back.
    const auto found = std::find_if(records.rbegin(), records.rend(), [&](const checkpoint::Record& one) {
      if (one.database != database || one.is_schema_only || one.reason == "pre-rollback") return false;
      if (!store.has_archive(one) && !has_clone(maintenance, one)) return false;
      if (!options.migration.empty()) return is_before(one, options.migration);
      return !is_as_now(one);
    });
    const bool is_none = std::none_of(records.begin(), records.end(), [&](const checkpoint::Record& one) { return one.database == database; });
    if (found == records.rend() && is_none)
      throw Error(Code::no_such_checkpoint, fmt::format("there is no checkpoint of database \"{}\" in the backup folder {}", database, options.folder.string()),
                  "Name the folder with --backup-dir; `safety-backup` makes a checkpoint, which helps from the next migration on.");
    if (found == records.rend())
      throw Error(Code::no_such_checkpoint,
                  options.migration.empty() ? fmt::format("no checkpoint of database \"{}\" differs from what is there now", database)
                                            : fmt::format("no checkpoint of database \"{}\" was taken before migration {}", database, options.migration),
                  options.migration.empty() ? "When the migration changed rows alone, name the checkpoint: `safety-rollback --to ID`; `safety-list` shows them."
                                            : "`safety-list` shows the checkpoints; name one with `--to ID`.");
    target.record = *found;
  }
  check_identity(maintenance, target.record, database);
  fill_parts(context, maintenance, store, records, target);
  if (!target.clone && !target.archive)
    throw Error(Code::no_such_checkpoint, fmt::format("nothing is left of checkpoint {}: {}, and {}", target.record.id, target.no_archive, target.no_clone),
                "`safety-list` shows the others.");
  return target;
}

Target target_of_ids(const Context& context, pg::Connection& maintenance, const checkpoint::Store& store, const std::string& record, const std::string& clone, const std::string& archive) {
  Target target;
  for (const auto& one : store.list(context)) {
    if (one.id == record) target.record = one;
    if (one.id == clone && has_clone(maintenance, one)) target.clone = one;
    if (one.id == archive && store.has_archive(one)) target.archive = one;
  }
  // A swap uses its clone up, and the record may go with it.
  if (target.record.id.empty()) target.record = target.archive ? *target.archive : target.clone ? *target.clone : target.record;
  target.record.id = record;
  return target;
}

}  // namespace safety::rollback
