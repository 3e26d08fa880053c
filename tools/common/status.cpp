#include "tools/common/status.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/checkpoint/retention_facts.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/plan/journal.hpp"

namespace safety::tools {
namespace {

constexpr std::chrono::days kLooksBack{31};

/// The name of what a journal is about; empty: the page does not tell of it.
std::string kind_of(const plan::JournalHead& head) {
  for (const auto* kind : {"deploy", "restore", "rollback"})
    if (head.tool == std::string("safety-") + kind) return kind;
  return "";
}

std::string checkpoint_of(const plan::JournalState& state) {
  // A deploy learns it on its way; the others are told.
  for (const auto* from : {&state.head.arguments, &state.facts})
    if (const auto found = from->find("checkpoint"); found != from->end() && !found->second.empty()) return found->second;
  return "";
}

page::Operation operation_of(const plan::JournalState& state) {
  page::Operation one{state.head.operation, kind_of(state.head), state.head.database, state.head.started, "", state.ending, checkpoint_of(state)};
  if (one.outcome.empty()) {
    one.outcome = state.is_running ? "running" : "unfinished";
    return one;
  }
  for (const auto& event : plan::read_events(state.path))
    if (event.kind == "end") one.ended = event.at;
  return one;
}

std::vector<page::Operation> list_operations(const checkpoint::Store& store, Instant now) {
  std::vector<page::Operation> operations;
  const auto oldest = format_rfc3339(now - kLooksBack);
  for (const auto& state : plan::read_all(store.operations_folder()))
    if (!kind_of(state.head).empty() && (state.ending.empty() || state.head.started >= oldest)) operations.push_back(operation_of(state));
  return operations;
}

}  // namespace

page::Status gather_status(const Context& context, const checkpoint::Store& store, const std::string& database, const checkpoint::RetentionPolicy& retention) {
  page::Status status;
  status.now = std::chrono::system_clock::now();
  status.folder = store.folder().string();
  status.records = store.list(context);
  status.runs = checkpoint::list_runs(context, store);
  status.operations = list_operations(store, status.now);
  if (!database.empty()) {
    const auto is_of_another = [&](const auto& one) { return one.database != database; };
    status.databases = {database};
    std::erase_if(status.records, is_of_another);
    std::erase_if(status.operations, is_of_another);
    // A run that did not learn its database may have been meant for this one.
    std::erase_if(status.runs, [&](const checkpoint::Run& run) { return !run.database.empty() && run.database != database; });
  }
  for (const auto& record : status.records)
    if (record.names_archive() && !store.has_archive(record)) status.gone.insert(record.id);
  if (!retention.is_empty())
    for (const auto& verdict : checkpoint::retain(status.records, retention, checkpoint::read_facts(store, status.records), status.now))
      status.retention[verdict.record.id] = {verdict.is_kept, join(verdict.reasons, ", ")};
  if (std::filesystem::is_directory(store.folder())) status.free_bytes = os::free_bytes(store.folder());
  return status;
}

void add_offsite(const Context& context, const offsite::Remote& remote, page::Status& status) {
  status.offsite.emplace();
  for (const auto& copy : offsite::list(context, remote))
    if (copy.has_archive) status.offsite->insert(copy.record.id);
}

Result write_status_page(const page::Status& status, const std::string& file) {
  const auto page = page::format_html(status);
  if (file == "-") return {Code::success, page, nlohmann::json{{"html", page}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  os::write_file_atomically(file, page);
  return {Code::success, file, nlohmann::json{{"file", file}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

}  // namespace safety::tools
