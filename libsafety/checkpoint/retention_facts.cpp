#include "libsafety/checkpoint/retention_facts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/checkpoint/names.hpp"
#include "libsafety/plan/journal.hpp"

namespace safety::checkpoint {
namespace fs = std::filesystem;
namespace {

/// An id, or the archive's path: also as it was written where the folder had another name.
bool is_about(const std::string& value, const Record& record) {
  return value == record.id || (!value.empty() && fs::path(value).filename() == record.archive.file);
}

bool names(const plan::JournalState& journal, const Record& record) {
  const auto is_named_in = [&](const auto& values) {
    return std::any_of(values.begin(), values.end(), [&](const auto& entry) { return is_about(entry.second, record); });
  };
  return is_named_in(journal.head.arguments) || is_named_in(journal.facts);
}

std::string why_journal_holds(const std::vector<plan::JournalState>& journals, const Record& record) {
  for (const auto& journal : journals) {
    const auto file = journal.path.filename().string();
    if (journal.head.operation.empty()) return fmt::format("\"{}\" cannot be read, and may name it", file);
    if (names(journal, record)) return fmt::format("{} {} and names it", journal.head.operation, journal.is_running ? "is running" : "is unfinished");
  }
  return "";
}

}  // namespace

RetentionFacts read_facts(const Store& store, const std::vector<Record>& records) {
  const auto journals = plan::find_unfinished(store.operations_folder());
  RetentionFacts facts;
  for (const auto& record : records) {
    if (!record.names_archive()) continue;
    std::error_code error;
    const auto status = fs::symlink_status(store.archive_path(record), error);
    auto why = why_journal_holds(journals, record);
    if (why.empty() && !has_own_names(record)) why = "its archive has another's name, so it is left alone";
    if (why.empty() && fs::is_symlink(status)) why = "its archive is a symbolic link, which is left alone";
    if (status.type() == fs::file_type::not_found)
      facts.gone.insert(record.id);
    else if (why.empty() && !fs::is_symlink(status) && !fs::is_regular_file(status))
      why = "its archive is no regular file that can be looked at";
    if (!why.empty()) facts.held[record.id] = why;
  }
  return facts;
}

}  // namespace safety::checkpoint
