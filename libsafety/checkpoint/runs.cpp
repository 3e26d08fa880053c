#include "libsafety/checkpoint/runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/os/file.hpp"

namespace safety::checkpoint {
using nlohmann::ordered_json;
namespace {

constexpr int kRunSchema = 1;

std::filesystem::path path_of(const Store& store) { return store.folder() / "runs.jsonl"; }

Run parse_run(const ordered_json& line) {
  Run run;
  run.id = line.at("id").get<std::string>();
  run.kind = line.at("run").get<std::string>();
  run.database = line.value("database", "");
  run.started = line.value("started", "");
  run.finished = line.value("finished", "");
  run.outcome = static_cast<Code>(line.at("exit_code").get<int>());
  run.step = line.value("step", "");
  run.message = line.value("message", "");
  run.checkpoint = line.value("checkpoint", "");
  run.seconds = line.value("seconds", 0.0);
  run.is_skipped = line.value("skipped", false);
  run.offsite = line.value("offsite", "");
  return run;
}

}  // namespace

std::string describe_kind(const std::string& kind) { return kind == "scheduled" ? "backup" : kind == "drill" ? "restore drill" : kind; }

std::string format_run(const Run& run) {
  const ordered_json line{{"schema", kRunSchema},
                          {"kind", "run"},
                          {"id", run.id},
                          {"run", run.kind},
                          {"database", run.database},
                          {"started", run.started},
                          {"finished", run.finished},
                          {"outcome", std::string(name_of(run.outcome))},
                          {"exit_code", static_cast<int>(run.outcome)},
                          {"step", run.step},
                          {"message", run.message},
                          {"checkpoint", run.checkpoint},
                          {"seconds", run.seconds},
                          {"skipped", run.is_skipped},
                          {"offsite", run.offsite}};
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

void add_run(const Store& store, const Run& run) {
  // After a line that a crash cut, this one must begin anew: an empty line is passed over by the reader.
  const auto path = path_of(store);
  std::string text = format_run(run);
  if (const auto before = os::read_file_if_exists(path); before && !before->empty() && !before->ends_with('\n')) text = "\n" + text;
  os::append_line_durably(path, text);
}

std::vector<Run> list_runs(const Context& context, const Store& store) {
  std::vector<Run> runs;
  const auto path = path_of(store);
  for (const auto& text : split_lines(os::read_file_if_exists(path).value_or(""))) {
    const auto line = ordered_json::parse(text, nullptr, false);
    try {
      auto run = parse_run(line);
      const auto begun = std::find_if(runs.begin(), runs.end(), [&](const auto& one) { return one.id == run.id; });
      if (begun == runs.end())
        runs.push_back(std::move(run));
      else
        *begun = std::move(run);
    } catch (const nlohmann::json::exception&) {
      context.sink.warning(fmt::format("\"{}\" has a line that is no run: {}", path.string(), one_line(text.substr(0, 80))));
    }
  }
  return runs;
}

std::vector<Run> close_dead_runs(const Context& context, const Store& store, const std::string& database, const std::string& own) {
  std::vector<Run> closed;
  for (auto& run : list_runs(context, store)) {
    if (run.database != database || run.has_ended() || run.id == own) continue;
    run.finished = format_rfc3339(std::chrono::system_clock::now());
    run.outcome = Code::terminated;
    run.message = "it was killed, or the machine went down: no end was noted";
    add_run(store, run);
    closed.push_back(std::move(run));
  }
  return closed;
}

unsigned failures_in_a_row(const std::vector<Run>& runs, const std::string& kind, const std::string& database) {
  unsigned failures = 0;
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (run->is_skipped || !run->has_ended() || (run->database != database && !run->database.empty()) || (!kind.empty() && run->kind != kind)) continue;
    if (run->has_succeeded()) break;
    ++failures;
  }
  return failures;
}

}  // namespace safety::checkpoint
