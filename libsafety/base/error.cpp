#include "libsafety/base/error.hpp"

#include <array>

namespace safety {
namespace {

constexpr std::array kCodes{
    CodeEntry{Code::success, "success", "done"},
    CodeEntry{Code::findings, "findings", "worked, and found something wrong"},
    CodeEntry{Code::usage, "usage", "flags or arguments make no sense"},
    CodeEntry{Code::config, "config", "the configuration file is wrong or not to be trusted"},
    CodeEntry{Code::connection, "connection", "the server cannot be reached or refuses the login"},
    CodeEntry{Code::version, "version", "server, client and archive versions do not fit"},
    CodeEntry{Code::archive_damaged, "archive_damaged", "the archive's bytes are not what was written"},
    CodeEntry{Code::archive_incomplete, "archive_incomplete", "the archive ends early or is not an archive"},
    CodeEntry{Code::no_such_checkpoint, "no_such_checkpoint", "no checkpoint of that name"},
    CodeEntry{Code::locked, "locked", "another run or a table lock is in the way"},
    CodeEntry{Code::command_failed, "command_failed", "a program that was run failed"},
    CodeEntry{Code::service_unhealthy, "service_unhealthy", "a service did not become healthy"},
    CodeEntry{Code::history_differs, "history_differs", "the migration history is not the expected one"},
    CodeEntry{Code::not_reversible, "not_reversible", "a change cannot be undone"},
    CodeEntry{Code::resumable, "resumable", "stopped midway: --resume or --abort finish it"},
    CodeEntry{Code::in_doubt, "in_doubt", "the outcome of a commit could not be learned: run the tool again"},
    CodeEntry{Code::confirmation_needed, "confirmation_needed", "something would be replaced: say --yes"},
    CodeEntry{Code::rolled_back, "rolled_back", "failed, and the old state is back"},
    CodeEntry{Code::manual_attention, "manual_attention", "a person must look: the message says at what"},
    CodeEntry{Code::not_permitted, "not_permitted", "a privilege, role, extension or tablespace is missing"},
    CodeEntry{Code::storage, "storage", "a file cannot be read or written, or a disk is full"},
    CodeEntry{Code::database, "database", "the server refused a statement"},
    CodeEntry{Code::verification, "verification", "what was restored is not what was backed up"},
    CodeEntry{Code::encrypted, "encrypted", "the archive is encrypted, and no identity given opens it"},
    CodeEntry{Code::internal, "internal", "a defect of this toolkit"},
    CodeEntry{Code::interrupted, "interrupted", "stopped by SIGINT"},
    CodeEntry{Code::terminated, "terminated", "stopped by SIGTERM"},
};

std::string what_of(const std::string& message, const std::string& detail) {
  return detail.empty() ? message : message + ": " + detail;
}

}  // namespace

std::span<const CodeEntry> code_table() { return kCodes; }

std::string_view name_of(Code code) {
  for (const auto& entry : kCodes)
    if (entry.code == code) return entry.name;
  return "unknown";
}

Error::Error(Code code, std::string message, std::string hint, std::string detail)
    : std::runtime_error(what_of(message, detail)),
      code_(code),
      message_(std::move(message)),
      detail_(std::move(detail)),
      hint_(std::move(hint)) {}

Error& Error::with_sqlstate(std::string state) {
  sqlstate_ = std::move(state);
  return *this;
}

Error& Error::with_hint(std::string hint) {
  hint_ = std::move(hint);
  return *this;
}

Error& Error::with_detail(std::string detail) {
  detail_ = std::move(detail);
  return *this;
}

Error Error::in(std::string_view context) const {
  Error copy(code_, std::string(context) + ": " + message_, hint_, detail_);
  copy.sqlstate_ = sqlstate_;
  return copy;
}

}  // namespace safety
