#include "libsafety/schedule/installation.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/os/process.hpp"

namespace safety::schedule {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kMark = "# made by safety-schedule";

bool runs_systemd() { return fs::exists("/run/systemd/system"); }

/// Only ours: a unit of that name that somebody wrote is theirs.
bool is_ours(const fs::path& path) {
  const auto text = os::read_file_if_exists(path);
  return text && text->starts_with(kMark);
}

std::string read_crontab(const Context& context) {
  std::string text;
  const auto result = os::run_process(context, {"crontab", {"-l"}, {{"LC_ALL", "C"}}, std::chrono::seconds(20)}, [&](std::string_view piece) { text += piece; });
  if (result.exit_code == 0) return text;
  // A user who never had one gets 1 and these words.
  if (result.standard_error.find("no crontab for") != std::string::npos) return "";
  throw Error(Code::command_failed, "crontab -l failed: " + one_line(result.standard_error), "Check that this user may use cron: /etc/cron.allow, /etc/cron.deny.");
}

void write_crontab(const Context& context, const std::string& text) {
  const os::TemporaryFolder folder;
  const auto path = folder.path() / "crontab";
  os::write_file_atomically(path, text);
  os::run_for_output(context, {"crontab", {path.string()}, {}, std::chrono::seconds(20)});
}

std::vector<std::string> systemctl(const Context& context, const Place& place, std::vector<std::string> arguments) {
  if (place.is_user) arguments.insert(arguments.begin(), "--user");
  os::run_for_output(context, {"systemctl", arguments, {}, std::chrono::seconds(60)});
  return {"ran systemctl " + join(arguments, " ")};
}

/// Whether systemd itself reads the folder, so that it can be told of what is new there.
bool is_read_by_systemd(const Place& place) {
  return runs_systemd() && (place.folder == "/etc/systemd/system" || place.folder.string().ends_with("/.config/systemd/user"));
}

fs::path file_of_cron(const std::string& prefix, const Place& place) { return place.folder / prefix; }

std::vector<fs::path> units_of(const std::string& prefix, const Place& place) {
  std::vector<fs::path> units;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(place.folder, error)) {
    const auto name = entry.path().filename().string();
    const bool is_unit = name.starts_with(prefix + "-") && (name.ends_with(".service") || name.ends_with(".timer"));
    if (is_unit && entry.is_regular_file() && is_ours(entry.path())) units.push_back(entry.path());
  }
  std::sort(units.begin(), units.end());
  return units;
}

/// Readable by whoever looks after the machine: there is no secret in it.
void write_public_file(const fs::path& path, const std::string& text) {
  if (fs::exists(fs::symlink_status(path)) && !is_ours(path))
    throw Error(Code::config, "\"" + path.string() + "\" is there and was not made by safety-schedule", "Choose another name with --name, or move that file away.");
  os::write_file_atomically(path, text, os::Readers::everyone);
}

}  // namespace

Place find_place(const std::optional<Kind>& wanted, const fs::path& folder) {
  Place place;
  const bool is_root = ::geteuid() == 0;
  place.kind = wanted ? *wanted : runs_systemd() ? Kind::systemd : Kind::cron;
  place.folder = folder;
  place.is_user = !is_root && place.kind == Kind::systemd;
  if (place.kind == Kind::systemd && folder.empty()) {
    const char* home = std::getenv("HOME");
    if (!is_root && home == nullptr) throw Error(Code::config, "HOME is not set, so there is no place for units", "Name one with --unit-dir.");
    place.folder = is_root ? fs::path("/etc/systemd/system") : fs::path(home) / ".config/systemd/user";
  }
  if (place.kind == Kind::cron && folder.empty() && !os::find_on_path("crontab"))
    throw Error(Code::config, "neither systemd runs this machine nor is there a crontab program",
                "Install cron (`apt-get install cron`), or have something else call `safety-backup --scheduled`.");
  return place;
}

std::vector<std::string> install(const Context& context, const Plan& plan, const Place& place) {
  std::vector<std::string> done;
  if (place.kind == Kind::cron && place.folder.empty()) {
    write_crontab(context, with_block(read_crontab(context), plan.prefix, crontab_block(plan, false)));
    return {fmt::format("put {} into this user's crontab", format_plural(plan.jobs.size(), "job"))};
  }
  if (place.kind == Kind::cron) {
    const auto path = file_of_cron(plan.prefix, place);
    write_public_file(path, std::string(kMark) + "; `safety-schedule remove` takes it away\n" + crontab_block(plan, true));
    return {"wrote " + path.string()};
  }
  std::error_code error;
  fs::create_directories(place.folder, error);
  const auto old = units_of(plan.prefix, place);
  const auto units = systemd_units(plan);
  for (const auto& unit : units) {
    write_public_file(place.folder / unit.name, unit.text);
    done.push_back("wrote " + (place.folder / unit.name).string());
  }
  // A job that is no longer planned must not go on.
  std::vector<std::string> stale;
  for (const auto& path : old)
    if (std::none_of(units.begin(), units.end(), [&](const auto& unit) { return unit.name == path.filename(); })) stale.push_back(path.filename().string());
  const auto report = [&](const std::vector<std::string>& lines) { done.insert(done.end(), lines.begin(), lines.end()); };
  const bool is_read = is_read_by_systemd(place);
  for (const auto& name : stale) {
    if (is_read && name.ends_with(".timer")) report(systemctl(context, place, {"disable", "--now", name}));
    fs::remove(place.folder / name, error);
    done.push_back("removed " + (place.folder / name).string());
  }
  if (!is_read) {
    done.push_back("systemd does not read that folder on this machine: have it run `systemctl daemon-reload` and `systemctl enable --now` for the timers");
    return done;
  }
  report(systemctl(context, place, {"daemon-reload"}));
  for (const auto& job : plan.jobs) report(systemctl(context, place, {"enable", "--now", plan.prefix + "-" + job.name + ".timer"}));
  return done;
}

std::vector<std::string> remove(const Context& context, const std::string& prefix, const Place& place) {
  std::vector<std::string> done;
  if (place.kind == Kind::cron && place.folder.empty()) {
    const auto before = read_crontab(context);
    const auto after = with_block(before, prefix, "");
    if (after == before) return done;
    write_crontab(context, after);
    return {"took the schedule out of this user's crontab"};
  }
  std::error_code error;
  if (place.kind == Kind::cron) {
    const auto path = file_of_cron(prefix, place);
    if (!is_ours(path)) return done;
    fs::remove(path, error);
    return {"removed " + path.string()};
  }
  const auto units = units_of(prefix, place);
  const bool is_read = is_read_by_systemd(place);
  for (const auto& path : units)
    if (is_read && path.extension() == ".timer") systemctl(context, place, {"disable", "--now", path.filename().string()});
  for (const auto& path : units) {
    if (!fs::remove(path, error)) throw Error(Code::storage, "cannot remove \"" + path.string() + "\": " + error.message(), "Run it as root, or with sudo.");
    done.push_back("removed " + path.string());
  }
  if (is_read && !units.empty()) systemctl(context, place, {"daemon-reload"});
  return done;
}

std::vector<std::string> list_installed(const Context& context, const std::string& prefix, const Place& place) {
  std::vector<std::string> there;
  if (place.kind == Kind::systemd) {
    for (const auto& path : units_of(prefix, place)) there.push_back(path.string());
    return there;
  }
  const auto text = place.folder.empty() ? read_crontab(context) : os::read_file_if_exists(file_of_cron(prefix, place)).value_or("");
  const auto without = with_block(text, prefix, "");
  if (without == text) return there;
  for (const auto& line : split_lines(text))
    if (!line.starts_with('#') && without.find(line) == std::string::npos) there.push_back(line);
  return there;
}

}  // namespace safety::schedule
