#include "libsafety/plan/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "libsafety/base/error.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/os/fault_point.hpp"

namespace safety::plan {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {

// Names may be in any encoding: what is not UTF-8 is replaced for the log's sake only.
std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

std::string text_of(const json& line, const char* name) {
  const auto found = line.find(name);
  return found != line.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double number_of(const json& line, const char* name) {
  const auto found = line.find(name);
  return found != line.end() && found->is_number() ? found->get<double>() : 0;
}

std::string now() { return format_rfc3339(std::chrono::system_clock::now()); }

/// The objects of a journal's text, in order, each with its kind.
template <typename Visit>
void for_each_line(const std::string& text, const Visit& visit) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = text.find('\n', at);
    if (end == std::string::npos) break;  // a crash cut this line: the act it announces never began
    const auto line = json::parse(text.substr(at, end - at), nullptr, false);
    at = end + 1;
    if (line.is_object()) visit(text_of(line, "kind"), line);
  }
}

JournalState parse(const fs::path& path, const std::string& text) {
  JournalState state;
  state.path = path;
  for_each_line(text, [&](const std::string& kind, const json& line) {
    if (kind == "head") {
      state.head = {text_of(line, "operation"), text_of(line, "tool"), text_of(line, "database"),
                    text_of(line, "host"), text_of(line, "started"), {}};
      if (const auto arguments = line.find("arguments"); arguments != line.end() && arguments->is_object())
        for (const auto& [name, value] : arguments->items())
          if (value.is_string()) state.head.arguments[name] = value;
    } else if (kind == "fact") {
      state.facts[text_of(line, "name")] = text_of(line, "value");
    } else if (kind == "began") {
      state.begun.push_back(text_of(line, "step"));
    } else if (kind == "done") {
      state.done.push_back(text_of(line, "step"));
    } else if (kind == "undone") {
      std::erase(state.begun, text_of(line, "step"));
      std::erase(state.done, text_of(line, "step"));
    } else if (kind == "end") {
      state.ending = text_of(line, "ending");
    }
  });
  return state;
}

/// What stands in for a field of JournalEvent in the lines of a kind.
struct EventFields {
  const char *kind, *at, *step, *text;
};
constexpr EventFields kEvents[] = {{"head", "started", "", ""},       {"began", "at", "step", ""}, {"done", "at", "step", ""},
                                   {"failed", "at", "step", "message"}, {"undone", "at", "step", ""}, {"fact", "at", "name", "value"},
                                   {"note", "at", "step", "text"},      {"end", "at", "", "ending"}};

os::UniqueFd try_lock(const fs::path& path) {
  os::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return {};
  return fd;
}

}  // namespace

Journal::Journal(os::UniqueFd lock, JournalState state) : lock_(std::move(lock)), state_(std::move(state)) {}

namespace {

// A process killed while it wrote a head leaves a partial file, which is no journal. Writing one takes milliseconds: one
// that is ten seconds old belongs to nobody.
void remove_dead_partials(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::error_code ignored;
    const bool is_partial = entry.path().filename().string().ends_with(".journal.partial");
    if (is_partial && fs::file_time_type::clock::now() - entry.last_write_time(ignored) > std::chrono::seconds(10))
      fs::remove(entry.path(), ignored);
  }
}

}  // namespace

Journal Journal::create(const fs::path& folder, const JournalHead& head) {
  os::make_private_folder(folder);
  remove_dead_partials(folder);
  const fs::path path = folder / (head.operation + ".journal");
  const json line{{"schema", 1},         {"kind", "head"},       {"operation", head.operation}, {"tool", head.tool},
                  {"database", head.database}, {"host", head.host}, {"started", head.started},     {"pid", ::getpid()},
                  {"arguments", head.arguments}};
  // The head appears whole or not at all; it is locked before anybody can mistake it for a dead one's.
  try {
    os::write_file_atomically(path, dump(line) + "\n");
  } catch (...) {
    std::error_code ignored;
    fs::remove(path, ignored);  // nothing began, so nothing may look unfinished
    throw;
  }
  auto lock = try_lock(path);
  if (!lock) throw Error(Code::locked, "another run took over \"" + path.string() + "\" at once", "Run it again.");
  JournalState state;
  state.path = path;
  state.head = head;
  return Journal(std::move(lock), std::move(state));
}

Journal Journal::reopen(const fs::path& path) {
  auto lock = try_lock(path);
  if (!lock)
    throw Error(Code::locked, "the operation of \"" + path.filename().string() + "\" is still running",
                "Wait for it to end; `safety-doctor` shows what runs.");
  const auto text = os::read_file(path);
  // A line that a crash cut does not count: without it the next one stands on a line of its own.
  if (!text.empty() && text.back() != '\n' && ::ftruncate(lock.get(), static_cast<off_t>(text.rfind('\n') + 1)) != 0)
    throw Error(Code::storage, "cannot shorten \"" + path.string() + "\"", "Check that the folder may be written to.");
  auto state = parse(path, text);
  return Journal(std::move(lock), std::move(state));
}

void Journal::append(const std::string& line) { os::append_line_durably(state_.path, line); }

void Journal::set_fact(const std::string& name, const std::string& value) {
  append(dump({{"kind", "fact"}, {"name", name}, {"value", value}, {"at", now()}}));
  state_.facts[name] = value;
}

std::string Journal::fact(const std::string& name) const {
  const auto found = state_.facts.find(name);
  return found == state_.facts.end() ? "" : found->second;
}

void Journal::step_began(const std::string& id) {
  append(dump({{"kind", "began"}, {"step", id}, {"at", now()}}));
  state_.begun.push_back(id);
  os::fault_point("journal.began." + id);
}

void Journal::step_ended(const std::string& id, double seconds) {
  os::fault_point("journal.before_done." + id);
  append(dump({{"kind", "done"}, {"step", id}, {"seconds", seconds}, {"at", now()}}));
  state_.done.push_back(id);
  os::fault_point("journal.done." + id);
}

void Journal::step_failed(const std::string& id, const std::string& message) {
  append(dump({{"kind", "failed"}, {"step", id}, {"message", message}, {"at", now()}}));
}

void Journal::step_undone(const std::string& id) {
  append(dump({{"kind", "undone"}, {"step", id}, {"at", now()}}));
  std::erase(state_.begun, id);
  std::erase(state_.done, id);
}

void Journal::note(const std::string& step, const std::string& who, const std::string& text) {
  append(dump({{"kind", "note"}, {"step", step}, {"who", who}, {"text", text}, {"at", now()}}));
}

void Journal::end(const std::string& ending) {
  os::fault_point("journal.before_end");
  append(dump({{"kind", "end"}, {"ending", ending}, {"at", now()}}));
  state_.ending = ending;
  os::fault_point("journal.ended");
}

std::vector<JournalEvent> read_events(const fs::path& path) {
  std::vector<JournalEvent> events;
  for_each_line(os::read_file(path), [&](const std::string& kind, const json& line) {
    const auto known = std::find_if(std::begin(kEvents), std::end(kEvents), [&](const auto& one) { return kind == one.kind; });
    if (known == std::end(kEvents)) return;
    events.push_back({kind, text_of(line, known->at), text_of(line, known->step), text_of(line, known->text), text_of(line, "who"), number_of(line, "seconds")});
  });
  return events;
}

std::vector<JournalState> read_all(const fs::path& folder) {
  std::vector<JournalState> states;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".journal") continue;
    const auto text = os::read_file_if_exists(entry.path());
    if (!text) continue;
    auto state = parse(entry.path(), *text);
    if (state.ending.empty()) state.is_running = !try_lock(entry.path());
    states.push_back(std::move(state));
  }
  std::sort(states.begin(), states.end(),
            [](const auto& a, const auto& b) { return std::tie(a.head.started, a.path) < std::tie(b.head.started, b.path); });
  return states;
}

JournalHead make_head(std::string operation, std::string tool, std::string database, std::map<std::string, std::string> arguments) {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  return {std::move(operation), std::move(tool), std::move(database), host, now(), std::move(arguments)};
}

std::string new_stamp(const fs::path& folder, const std::string& kind) {
  const auto base = format_compact(std::chrono::system_clock::now());
  std::string stamp = base;
  for (int number = 2; fs::exists(folder / (kind + "_" + stamp + ".journal")); ++number) stamp = fmt::format("{}_{}", base, number);
  return stamp;
}

std::string ways_out(const JournalHead& head) {
  return fmt::format("Run `{0} --resume` to finish it, or `{0} --abort` to undo it.", head.tool);
}

std::vector<JournalState> find_unfinished(const fs::path& folder) {
  auto states = read_all(folder);
  std::erase_if(states, [](const JournalState& state) { return !state.ending.empty(); });
  return states;
}

}  // namespace safety::plan
