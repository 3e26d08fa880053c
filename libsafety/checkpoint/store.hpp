#pragma once
// The backup folder: archives, records, journals. Authority runs archive -> record -> rows in schema `safety`.
// Source: RECORDS.md.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/archive/reader.hpp"
#include "libsafety/base/context.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/record.hpp"

namespace safety::checkpoint {

/// What a checkpoint must have for "latest" and labels to mean it.
enum class Wanted { archive, anything };

class Store {
 public:
  explicit Store(std::filesystem::path folder) : folder_(std::move(folder)) {}
  const std::filesystem::path& folder() const noexcept { return folder_; }
  std::filesystem::path operations_folder() const { return folder_ / "operations"; }

  /// Readable records in order of sequence; unreadable ones are warned about. A folder that is missing holds none.
  std::vector<Record> list(const Context& context) const;

  /// `name` is "latest", an id, or a label (the newest with it). `database` narrows "latest" and labels; empty means
  /// any, and is refused for "latest" when the folder holds several databases' checkpoints. Whether a clone is still
  /// there only its server knows: here its record is believed. An id is found whatever it has.
  /// Errors: no_such_checkpoint, with the ids that there are.
  Record resolve(const Context& context, const std::string& name, const std::string& database, Wanted wanted = Wanted::archive) const;

  std::filesystem::path archive_path(const Record& record) const { return folder_ / record.archive.file; }
  std::filesystem::path record_path(const std::string& id) const { return folder_ / (id + ".json"); }
  /// Where a record lies whose archive is being removed: RECORDS.md, section "Removal".
  std::filesystem::path removal_path(const std::string& id) const { return folder_ / (id + ".json.removing"); }
  /// The record of exactly that id; nullopt when there is none. Errors: archive_damaged, version, as parse_record.
  std::optional<Record> read(const std::string& id) const;
  bool has_archive(const Record& record) const;
  /// Its path. Errors: no_such_checkpoint when the checkpoint is a clone alone; storage when the file is gone.
  std::filesystem::path require_archive(const Record& record) const;
  /// Files with an archive's ending that none of `records` names; what is in them is not looked at.
  std::vector<std::filesystem::path> list_unrecorded_files(const std::vector<Record>& records) const;

  /// "<prefix>_YYYYMMDD_HHMMSS", with "_2" and so on while files of that name exist.
  std::string new_id(const std::string& prefix, Instant now) const;
  std::uint64_t next_sequence(const Context& context) const;
  /// Writes the record file, replacing an older one of that id, and its archive's `.sha256` file (as sha256sum -c reads it).
  void save(const Record& record) const;
  /// The clone was dropped or used: the record loses it, or goes when the clone was all it had. True when it is gone.
  bool forget_clone(Record record) const;
  /// The archive will be removed: its files are no checkpoint's from here on, and the record goes, or keeps the clone. True when it is
  /// gone. removal.hpp ends it.
  bool forget_archive(Record record) const;

  /// Makes records for archives that have none (and remakes unreadable ones); returns them. The SHA-256 is computed
  /// anew, so their proof is L1 as of now.
  std::vector<Record> rebuild(const Context& context) const;

 private:
  std::filesystem::path folder_;
};

/// A record from what an archive says about itself.
Record record_of(const archive::Index& index, const std::filesystem::path& archive, std::uint64_t bytes,
                 const std::string& sha256);

}  // namespace safety::checkpoint
