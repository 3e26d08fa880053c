#pragma once
// Scheduled backups and drills put into the hands of the machine: systemd timers, or lines of a crontab. Texts are made by
// pure functions; installing writes them, and touches nothing that was not made by it.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/schedule/timetable.hpp"

namespace safety::schedule {

/// One thing to be run at its times.
struct Job {
  std::string name;                    // "backup", "drill": files are <prefix>-<name>.service, .timer
  std::string description;
  Timetable when;
  std::vector<std::string> command;    // the program's full path and its arguments
  std::vector<std::string> catch_up;   // of a crontab, at boot: arguments that make it do nothing when it is not overdue
};

struct Plan {
  std::string prefix = "safety";       // several schedules on one machine have several
  std::vector<Job> jobs;
  std::string user;                    // whom the jobs run as; empty: whoever installs
  std::filesystem::path environment_file;               // with DATABASE_URL=...; empty: none
  std::vector<std::filesystem::path> writable;          // folders that the jobs write into; all else is read-only to them
  std::chrono::seconds spread{0};                       // systemd delays by a random part of it
};

struct UnitFile {
  std::string name, text;
};
/// A hardened service and a timer for each job. Persistent timers: what was missed while the machine was down is run when it is up.
std::vector<UnitFile> systemd_units(const Plan& plan);

/// The lines between our two marks in a crontab, marks included; `with_user` as in /etc/cron.d.
std::string crontab_block(const Plan& plan, bool with_user);
/// The crontab with our block of that prefix put in place of the older one, or at the end; without it when `block` is empty.
std::string with_block(const std::string& crontab, const std::string& prefix, const std::string& block);

enum class Kind { systemd, cron };

/// Where they go. Empty folder: /etc/systemd/system for root, else ~/.config/systemd/user; for cron: crontab(1) of this user.
struct Place {
  Kind kind = Kind::systemd;
  std::filesystem::path folder;
  bool is_user = false;  // systemd --user
};
/// systemd where it runs this machine, else cron. Errors: config when there is neither.
Place find_place(const std::optional<Kind>& wanted, const std::filesystem::path& folder);

/// What was done, a line each. Errors: storage; command_failed (systemctl, crontab); config when a file of that name is not ours.
std::vector<std::string> install(const Context& context, const Plan& plan, const Place& place);
/// Of that prefix, all that install made, units of older versions too. What was removed; empty when there was nothing.
std::vector<std::string> remove(const Context& context, const std::string& prefix, const Place& place);
/// Files or lines of that prefix that are installed.
std::vector<std::string> list_installed(const Context& context, const std::string& prefix, const Place& place);

}  // namespace safety::schedule
