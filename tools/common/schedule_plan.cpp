#include "tools/common/schedule_plan.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "libsafety/archive/encryption.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/file.hpp"

namespace safety::tools {
namespace fs = std::filesystem;
namespace {

/// A missed run is one whose time is over and a little more: a backup takes its time, too.
std::string overdue_after(const schedule::Timetable& when) {
  return std::to_string(std::chrono::seconds(when.longest_gap(std::chrono::system_clock::now())).count());
}

bool names_one_of(const fs::path& environment_file, const std::vector<std::string>& variables) {
  if (environment_file.empty()) return false;
  for (const auto& line : split_lines(os::read_file(environment_file)))
    for (const auto& name : variables)
      if (line.starts_with(name + "=") || line.starts_with("export " + name + "=")) return true;
  return false;
}

/// Jobs have the file's settings and the environment file's: what else is said here would be lost at night, as an archive in clear.
void check_settings(const Tool& tool, const std::vector<std::string>& flags, const fs::path& environment_file) {
  for (const auto& flag : flags) {
    if (tool.was_given(flag))
      throw Error(Code::usage, fmt::format("{} is a setting of the jobs, which do not hear of this command line", flag), "Write it into safety.toml, or its variable into the environment file.");
    const auto variable = tool.variable_in_use(flag);
    if (!variable.empty() && !names_one_of(environment_file, {variable}))
      throw Error(Code::config, fmt::format("{} is set here, and the jobs have none of this shell's variables", variable),
                  "Write it into the file that --environment-file names or into safety.toml; or unset it.");
  }
}

void check_encryption(const Context& context, const Tool& tool, const schedule::Plan& plan) {
  const auto require_absolute = [](const std::vector<std::string>& files) {
    for (const auto& file : files)
      if (!file.starts_with("age1") && !file.starts_with("ssh-") && !fs::path(file).is_absolute())
        throw Error(Code::config, fmt::format("\"{}\" is a relative path, and a job starts elsewhere", file), "Write it from / on.");
  };
  require_absolute(tool.recipients());
  require_absolute(tool.identities());
  if (context.encryption == nullptr || !context.encryption->is_wanted()) return;
  context.encryption->check(context);
  const bool has_drill = plan.jobs.size() > 1;
  if (has_drill && tool.identities().empty() && !names_one_of(plan.environment_file, {"SAFETY_IDENTITY"}))
    throw Error(Code::config, "drills of encrypted archives need an identity, and none is set", "Set identity in safety.toml, or hold drills where the key is: leave drill_at out here.");
}

}  // namespace

void SchedulePlan::declare(Tool& tool) {
  tool.option("--at", at_, "when to back up: 02:30, @hourly, or five fields as cron has them", {.is_per_tool = true});
  tool.option("--drill-at", drill_at_, "when to hold a restore drill, as in \"0 4 * * sun\"; empty: never", {.is_per_tool = true});
  tool.option("--spread", spread_, "systemd delays each run by a random part of it, so that many machines do not begin at once", {.is_per_tool = true});
  tool.option("--name", name_, "what units, files and marks are called: another one for each schedule of a machine", {.is_per_tool = true});
  tool.option("--user", user_, "whom the jobs run as, when installed by root", {.is_per_tool = true});
  tool.option("--environment-file", environment_file_, "a file of NAME=value lines, DATABASE_URL above all, which only root and that user can write",
              {.is_per_tool = true});
  tool.option("--writable", writable_, "a folder that the jobs may write into, where the system is read-only to them: those of --backup-dir, --temporary-dir, "
              "--notify-metrics-file and of a remote that is a folder are known", {.is_per_tool = true});
  // The settings of the jobs: what they write is to be writable, and a mistake in them is found here, not at night.
  const auto own = tool.flags().size();
  declare_notify_options(tool, notify_);
  declare_offsite(tool, offsite_);
  tool.with_encryption();
  job_settings_ = tool.flags();
  job_settings_.erase(job_settings_.begin(), job_settings_.begin() + static_cast<std::ptrdiff_t>(own));
  tool.action("--cron", is_cron_, "a crontab, also where systemd runs");
  tool.action("--systemd", is_systemd_, "units of systemd, also where it does not run");
  tool.option("--unit-dir", unit_dir_, "folder for units, or with --cron for a file as in /etc/cron.d (default: systemd's own; this user's crontab)",
              {.is_per_tool = true});
  tool.knows("schedule", {"proof", "max_age", "jitter", "gentle"});
}

std::vector<std::string> SchedulePlan::written_by_settings(const Tool& tool) const {
  auto folders = writable_;
  if (!tool.temporary_dir().empty()) folders.push_back(tool.temporary_dir());
  if (!notify_.metrics_file.empty()) folders.push_back(fs::path(notify_.metrics_file).parent_path().string());
  if (offsite_.remote.starts_with('/')) folders.push_back(offsite_.remote);
  return folders;
}

schedule::Plan SchedulePlan::plan(const Tool& tool) const {
  if (name_.empty() || format_file_name(name_) != name_ || name_.find('/') != std::string::npos)
    throw Error(Code::usage, fmt::format("\"{}\" is no name for a unit", name_), "Use letters, digits, dots, dashes and underscores.");
  schedule::Plan plan;
  plan.prefix = name_;
  plan.user = user_;
  plan.environment_file = environment_file_.empty() ? "" : fs::absolute(environment_file_).lexically_normal();
  plan.writable = {tool.backup_dir()};
  for (const auto& folder : written_by_settings(tool)) plan.writable.push_back(fs::path(folder).lexically_normal());
  plan.spread = std::chrono::duration_cast<std::chrono::seconds>(spread_);
  const auto programs = fs::read_symlink("/proc/self/exe").parent_path();
  const auto command = [&](const char* program, const char* what) {
    std::vector<std::string> words{(programs / program).string(), what, "--quiet", "--backup-dir", tool.backup_dir()};
    if (const auto file = tool.config_file(); !file.empty()) words.insert(words.end(), {"--config", file.string()});
    return words;
  };
  const schedule::Timetable at(at_);
  plan.jobs.push_back({"backup", "Backup of PostgreSQL by safety-backup", at, command("safety-backup", "--scheduled"), {"--max-age", overdue_after(at)}});
  if (!drill_at_.empty())
    plan.jobs.push_back({"drill", "Restore drill of PostgreSQL backups by safety-verify", schedule::Timetable(drill_at_), command("safety-verify", "--drill"), {}});
  return plan;
}

schedule::Place SchedulePlan::place() const {
  if (is_cron_ && is_systemd_) throw Error(Code::usage, "--cron and --systemd exclude each other", "Choose one.");
  std::optional<schedule::Kind> wanted;
  if (is_cron_) wanted = schedule::Kind::cron;
  if (is_systemd_) wanted = schedule::Kind::systemd;
  return schedule::find_place(wanted, unit_dir_.empty() ? "" : fs::absolute(unit_dir_).lexically_normal());
}

void SchedulePlan::check(const Context& context, const Tool& tool, const schedule::Plan& plan) const {
  check_settings(tool, job_settings_, plan.environment_file);
  check_encryption(context, tool, plan);
  for (const auto& job : plan.jobs)
    if (!fs::exists(job.command.front()))
      throw Error(Code::config, fmt::format("\"{}\" is not there", job.command.front()), "Install all tools into one folder.");
  for (std::size_t i = 1; i < plan.writable.size(); ++i)  // the first is the backup folder, which a run makes
    if (const auto& folder = plan.writable[i]; !folder.is_absolute() || !fs::is_directory(folder))
      throw Error(Code::config, fmt::format("\"{}\", which the jobs would write into, is no folder's absolute path", folder.string()),
                  "Make it, and write it from / on: a job starts elsewhere.");
  const auto& file = plan.environment_file;
  if (!file.empty() && os::is_writable_by_others(file))
    throw Error(Code::config, fmt::format("\"{}\" can be written by others, who could have any command run", file.string()),
                fmt::format("Run `chmod 600 {}` and check who owns it.", file.string()));
  const bool is_known = tool.is_in_config_file("database_url") || names_one_of(file, {"DATABASE_URL", "DATABASE_URL_FILE", "PGDATABASE", "PGSERVICE"});
  if (!is_known)
    throw Error(Code::config, "a scheduled run would not know the database: it has none of this shell's variables",
                "Write DATABASE_URL=postgresql://... into a file of mode 0600 and name it with --environment-file, or set database_url in safety.toml.");
}

std::string SchedulePlan::describe(const schedule::Plan& plan, const schedule::Place& place) const {
  std::string text = "would write:\n";
  if (place.kind == schedule::Kind::cron)
    return text + (place.folder.empty() ? "into this user's crontab\n" : "into " + (place.folder / plan.prefix).string() + "\n") +
           schedule::crontab_block(plan, !place.folder.empty());
  for (const auto& unit : schedule::systemd_units(plan)) text += "--- " + (place.folder / unit.name).string() + "\n" + unit.text;
  return text;
}

}  // namespace safety::tools
