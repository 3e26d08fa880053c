#include "libsafety/notify/message.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"

namespace safety::notify {
using nlohmann::ordered_json;
namespace {

// What chat programs show, and what fits into an environment variable together with the rest.
constexpr std::size_t kMostMessageBytes = 1500;

std::string clip(const std::string& text) {
  return one_line(text.size() <= kMostMessageBytes ? text : text.substr(0, kMostMessageBytes) + " ...");
}

std::string describe_subject(const Message& message) {
  const auto& database = message.run.database;
  return fmt::format("{}{} on {}", checkpoint::describe_kind(message.run.kind), database.empty() ? "" : " of \"" + database + "\"", message.host);
}

std::string describe_success(const Message& message) {
  std::vector<std::string> parts;
  if (!message.run.checkpoint.empty()) parts.push_back(message.run.checkpoint);
  if (message.record) {
    parts.push_back(format_bytes(message.record->archive.bytes));
    parts.push_back("proof " + checkpoint::name_of(message.record->proof()));
  }
  parts.push_back("in " + format_seconds(message.run.seconds));
  if (!message.run.offsite.empty()) parts.push_back("copied to " + message.run.offsite);
  return join(parts, ", ");
}

std::string describe(const Message& message) {
  const auto& run = message.run;
  const auto subject = describe_subject(message);
  switch (message.what) {
    case What::start:
      return subject + " begins";
    case What::success:
      return fmt::format("{} succeeded: {}{}", subject, describe_success(message),
                         message.failures_in_a_row > 0 ? fmt::format("; {} before it", format_plural(message.failures_in_a_row, "failure")) : "");
    case What::failure:
      return fmt::format("{} FAILED{} ({}): {}{}", subject, run.step.empty() ? "" : " at \"" + run.step + "\"", safety::name_of(run.outcome), clip(run.message),
                         message.failures_in_a_row > 1 ? fmt::format("; {} failures in a row", message.failures_in_a_row) : "");
    case What::skipped:
      return fmt::format("{} was skipped: {}", subject, clip(run.message));
    case What::stale:
      break;
  }
  return fmt::format("{} on {} has NO FRESH BACKUP: {}", run.database.empty() ? "the backup folder" : "\"" + run.database + "\"", message.host, clip(run.message));
}

/// Otherwise a failure's text could call a whole channel ("<!channel>"). Mattermost and Rocket.Chat read the same.
/// Source: Slack, "Formatting text for app surfaces", escaping.
std::string escape_for_slack(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else
      escaped += c;
  }
  return escaped;
}

ordered_json fields_of(const Message& message) {
  auto run = message.run;
  run.message = clip(run.message);
  auto fields = ordered_json::parse(checkpoint::format_run(run));
  if (message.what == What::start)
    for (const char* unknown : {"finished", "outcome", "exit_code", "seconds"}) fields.erase(unknown);
  return fields;
}

ordered_json fields_of(const checkpoint::Record& record) {
  return {{"id", record.id},     {"snapshot_time", record.snapshot_time}, {"proof", checkpoint::name_of(record.proof())}, {"bytes", record.archive.bytes},
          {"sha256", record.archive.sha256}, {"tables", record.tables}, {"rows", record.rows}, {"seconds", record.seconds}};
}

}  // namespace

std::string name_of(What what) {
  switch (what) {
    case What::start:
      return "start";
    case What::success:
      return "success";
    case What::failure:
      return "failure";
    case What::skipped:
      return "skipped";
    case What::stale:
      break;
  }
  return "stale";
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 && *name != '\0' ? name : "unknown";
}

Message message_of(const Context& context, const checkpoint::Store& store, const checkpoint::Run& run) {
  Message message{.what = run.is_skipped ? What::skipped : run.outcome == Code::success ? What::success : What::failure, .run = run};
  if (message.what == What::failure) message.failures_in_a_row = 1;
  NullSink nobody;  // what is wrong in the folder is said by those who work in it
  const Context quiet{nobody, context.stop};
  try {
    auto runs = checkpoint::list_runs(quiet, store);
    std::erase_if(runs, [&](const auto& one) { return one.id == run.id; });
    if (message.what != What::skipped) message.failures_in_a_row += checkpoint::failures_in_a_row(runs, run.kind, run.database);
    for (auto& record : store.list(quiet))
      if (record.id == run.checkpoint) message.record = std::move(record);
  } catch (const Error& error) {
    context.sink.warning("the message on this run says less than it could: " + error.message());
  }
  return message;
}

bool is_alarm(const Message& message) {
  return message.what == What::failure || message.what == What::stale || (message.what == What::success && message.failures_in_a_row > 0);
}

std::string format_text(const Message& message) { return one_line(describe(message)); }

std::string format_json(const Message& message) {
  ordered_json object{{"schema", 1},
                      {"kind", "notification"},
                      {"event", name_of(message.what)},
                      {"text", escape_for_slack(format_text(message))},
                      {"at", message.at},
                      {"host", message.host},
                      {"database", message.run.database},
                      {"failures_in_a_row", message.failures_in_a_row},
                      {"run", fields_of(message)}};
  if (message.record) object["checkpoint"] = fields_of(*message.record);
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace safety::notify
