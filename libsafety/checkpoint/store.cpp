#include "libsafety/checkpoint/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "libsafety/archive/encryption.hpp"
#include "libsafety/archive/sha256.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/checkpoint/names.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/os/file.hpp"

namespace safety::checkpoint {
namespace fs = std::filesystem;

std::vector<Record> Store::list(const Context& context) const {
  std::vector<Record> records;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    if (entry.path().extension() != ".json") continue;
    try {
      if (const auto text = os::read_file_if_exists(entry.path())) records.push_back(parse_record(*text, entry.path()));
    } catch (const Error& problem) {
      context.sink.warning(problem.message() + "; " + problem.hint());
    }
  }
  if (error && error != std::errc::no_such_file_or_directory)
    throw Error(Code::storage, "cannot read folder \"" + folder_.string() + "\": " + error.message(),
                "Check --backup-dir; `ls -ld " + folder_.string() + "` shows who may read it.");
  std::sort(records.begin(), records.end(),
            [](const Record& a, const Record& b) { return std::tie(a.sequence, a.id) < std::tie(b.sequence, b.id); });
  return records;
}

std::optional<Record> Store::read(const std::string& id) const {
  const auto text = os::read_file_if_exists(record_path(id));
  if (!text) return std::nullopt;
  return parse_record(*text, record_path(id));
}

Record Store::resolve(const Context& context, const std::string& name, const std::string& database, Wanted wanted) const {
  const auto records = list(context);
  std::set<std::string> databases;
  for (const auto& record : records) databases.insert(record.database);
  if (name == "latest" && database.empty() && databases.size() > 1)
    throw Error(Code::usage, fmt::format("\"latest\" of which database? \"{}\" holds checkpoints of {}", folder_.string(), databases.size()),
                "Name one with --database-url or DATABASE_URL, or give an id of `safety-list`.");
  for (const auto& record : records)
    if (record.id == name) return record;
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    const bool has_wanted = has_archive(*record) || (wanted == Wanted::anything && record->clone.has_value());
    if (has_wanted && answers_to(*record, name, database)) return *record;
  }
  if (records.empty())
    throw Error(Code::no_such_checkpoint, "no checkpoint in \"" + folder_.string() + "\"",
                "Make one with `safety-backup`, or check --backup-dir; `safety-list --rebuild` finds archives without records.");
  std::vector<std::string> ids;
  for (auto record = records.rbegin(); record != records.rend(); ++record) ids.push_back(record->id);
  throw Error(Code::no_such_checkpoint,
              fmt::format("no checkpoint \"{}\"{} in \"{}\"", name, database.empty() ? "" : " of database \"" + database + "\"",
                          folder_.string()),
              "`safety-list --all` shows them all.", "there are " + join_some(ids));
}

bool Store::has_archive(const Record& record) const {
  std::error_code error;
  return record.names_archive() && fs::is_regular_file(archive_path(record), error);
}

fs::path Store::require_archive(const Record& record) const {
  if (!record.names_archive())
    throw Error(Code::no_such_checkpoint, "checkpoint \"" + record.id + "\" is a clone alone: it has no archive",
                "`safety-restore " + record.id + "` swaps the clone in; `safety-list` shows which checkpoints have archives.");
  if (!has_archive(record))
    throw Error(Code::storage,
                "checkpoint \"" + record.id + "\" has lost its archive \"" + archive_path(record).string() + "\"",
                "Bring the file back from where it was copied to, or choose another checkpoint of `safety-list`.");
  return archive_path(record);
}

std::string Store::new_id(const std::string& prefix, Instant now) const {
  const std::string base = format_file_name(prefix) + "_" + format_compact(now);
  const auto is_taken = [&](const std::string& id) {
    const auto is_there = [&](const std::string& name) { return fs::exists(fs::symlink_status(folder_ / name)); };
    for (const auto ending : kArchiveEndings)
      if (is_there(id + std::string(ending)) || is_there(id + std::string(ending) + ".partial")) return true;
    return is_there(id + ".json") || is_there(id + ".json.removing");
  };
  std::string id = base;
  for (int number = 2; is_taken(id); ++number) id = fmt::format("{}_{}", base, number);
  return id;
}

std::uint64_t Store::next_sequence(const Context& context) const {
  const auto records = list(context);
  return records.empty() ? 1 : records.back().sequence + 1;
}

void Store::save(const Record& record) const {
  if (record.names_archive())
    os::write_file_atomically(folder_ / sums_name(record), sums_text(record));
  os::fault_point("record.before_save");
  os::write_file_atomically(record_path(record.id), format_record(record));
  os::fault_point("record.saved");
}

bool Store::forget_clone(Record record) const {
  record.clone.reset();
  if (record.names_archive()) {
    save(record);
    return false;
  }
  os::fault_point("record.before_remove");
  std::error_code error;
  fs::remove(record_path(record.id), error);
  if (error)
    throw Error(Code::storage, "cannot remove \"" + record_path(record.id).string() + "\": " + error.message(), "Remove it by hand.");
  os::fault_point("record.removed");
  return true;
}

bool Store::forget_archive(Record record) const {
  os::fault_point("record.before_forget");
  if (!record.clone) {
    os::rename_durably(record_path(record.id), removal_path(record.id));
  } else {
    os::write_file_atomically(removal_path(record.id), format_record(record));
    record.archive = {};
    record.proofs.clear();  // they were the archive's
    save(record);
  }
  os::fault_point("record.forgotten");
  return !record.clone;
}

std::vector<fs::path> Store::list_unrecorded_files(const std::vector<Record>& records) const {
  std::set<std::string> recorded;
  for (const auto& record : records)
    if (record.names_archive()) recorded.insert(record.archive.file);
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    const auto name = entry.path().filename().string();
    if (has_archive_ending(name) && !recorded.contains(name) && entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

std::vector<Record> Store::rebuild(const Context& context) const {
  auto known = list(context);
  std::vector<Record> rebuilt;
  for (const auto& file : list_unrecorded_files(known)) {
    try {
      if (!archive::is_archive(context, file)) {
        context.sink.note("\"" + file.filename().string() + "\" is not an archive of this toolkit, or was cut; no record was made for it");
        continue;
      }
      const auto reader = archive::Reader::open(context, file);
      rebuilt.push_back(record_of(reader.index(), file, fs::file_size(file), archive::sha256_of_file(context, file)));
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& problem) {
      context.sink.warning(problem.message());
    }
  }
  std::sort(rebuilt.begin(), rebuilt.end(), [](const Record& a, const Record& b) { return a.snapshot_time < b.snapshot_time; });
  for (auto& record : rebuilt) {
    // After the newest that is older, so that an old archive does not become the latest; of equal numbers the id decides.
    std::uint64_t older = 0;
    bool is_taken = false;
    for (const auto& other : known)
      if (other.snapshot_time <= record.snapshot_time) older = std::max(older, other.sequence);
    for (const auto& other : known) is_taken = is_taken || other.sequence == older + 1;
    record.sequence = is_taken ? older : older + 1;
    known.push_back(record);
    record.proofs.push_back({Proof::digest, format_rfc3339(std::chrono::system_clock::now()), 0, true, "rebuilt from the archive"});
    save(record);
  }
  return rebuilt;
}

Record record_of(const archive::Index& index, const fs::path& path, std::uint64_t bytes, const std::string& sha256) {
  Record record;
  std::string stem = path.filename().string();
  stem = stem.substr(0, stem.rfind(".sql"));
  record.id = stem;
  record.database = index.database;
  record.system_identifier = index.system_identifier;
  record.label = index.label;
  record.reason = index.reason;
  record.snapshot_time = index.snapshot_time;
  record.created = index.snapshot_time;
  record.server_version = index.server_version;
  record.server_version_num = index.server_version_num;
  record.client_version = index.client_version;
  record.tool_version = index.tool_version;
  record.snapshot_lsn = index.snapshot_lsn;
  record.schema_fingerprint = index.schema_fingerprint;
  record.tables = index.tables.size();
  record.rows = index.total_rows();
  record.plain_bytes = index.total_plain_bytes();
  record.large_objects = index.large_objects;
  record.is_schema_only = index.is_schema_only;
  record.is_partial = std::any_of(index.tables.begin(), index.tables.end(), [](const auto& table) { return table.is_data_excluded; });
  record.facts = index.facts;
  if (const auto found = index.facts.find("git_commit"); found != index.facts.end()) record.git_commit = found->second;
  const auto name = path.filename().string();
  const auto format = (path.extension() == archive::kEncryptedEnding ? path.stem() : path).extension();
  record.archive = {name, bytes, sha256, format == ".zst" ? "zst" : format == ".gz" ? "gz" : "none"};
  return record;
}

}  // namespace safety::checkpoint
