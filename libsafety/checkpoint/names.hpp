#pragma once
// The names of a checkpoint: those of its files, and those that people call it by. Pure. Source: RECORDS.md.

#include <array>
#include <string>
#include <string_view>

#include "libsafety/checkpoint/record.hpp"

namespace safety::checkpoint {

inline constexpr std::array<std::string_view, 6> kArchiveEndings{".sql", ".sql.gz", ".sql.zst", ".sql.age", ".sql.gz.age", ".sql.zst.age"};
bool has_archive_ending(std::string_view name);

/// Whether every path made from the record's id and its archive's name lies directly in a folder and is this checkpoint's own: a record
/// that somebody else wrote must not choose what we write or remove. True without an archive.
bool has_own_names(const Record& record);

/// The file beside an archive that sha256sum -c reads, and its text.
std::string sums_name(const Record& record);
std::string sums_text(const Record& record);

/// Whether `name` is "latest" or the record's label, and the record of that database (empty: any). What a restore replaced is no state
/// that "latest" should lead back to. Ids are compared by the caller, who takes them whatever the database is.
bool answers_to(const Record& record, std::string_view name, std::string_view database);

}  // namespace safety::checkpoint
