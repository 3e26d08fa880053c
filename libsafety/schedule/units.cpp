// The texts: units of systemd, lines of a crontab.
#include <fmt/format.h>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/schedule/installation.hpp"

namespace safety::schedule {
namespace {

/// A word of ExecStart=: quoted, and what systemd would expand is doubled.
std::string unit_word(const std::string& word) {
  std::string text = "\"";
  for (const char letter : word) {
    if (letter == '"' || letter == '\\') text += '\\';
    if (letter == '%' || letter == '$') text += letter;
    text += letter;
  }
  return text + "\"";
}

std::string unit_path(const std::filesystem::path& path) {
  std::string text;
  for (const char letter : path.string()) text += letter == '%' ? "%%" : std::string(1, letter);
  return text.find_first_of(" \t\"\\") == std::string::npos ? text : unit_word(path.string());
}

/// A word for /bin/sh. Cron takes % for the end of the line whatever is around it, unless a backslash is before it, which it removes.
std::string cron_word(const std::string& word) {
  std::string text = "'";
  for (const char letter : word) {
    if (letter == '\n' || letter == '\r') throw Error(Code::usage, "a crontab has no place for a line break: \"" + one_line(word) + "\"", "Rename it.");
    text += letter == '\'' ? "'\\''" : letter == '%' ? "\\%" : std::string(1, letter);
  }
  return text + "'";
}

template <typename Quote>
std::string line_of(const std::vector<std::string>& words, Quote quote) {
  std::vector<std::string> quoted;
  for (const auto& word : words) quoted.push_back(quote(word));
  return join(quoted, " ");
}

std::string service(const Plan& plan, const Job& job) {
  std::string text = fmt::format(
      "# made by safety-schedule; `safety-schedule remove` takes it away\n[Unit]\nDescription={}\n"
      "Wants=network-online.target\nAfter=network-online.target postgresql.service docker.service\n\n"
      "[Service]\nType=oneshot\nExecStart={}\n",
      job.description, line_of(job.command, unit_word));
  if (!plan.user.empty()) text += "User=" + plan.user + "\n";
  if (!plan.environment_file.empty()) text += "EnvironmentFile=" + unit_path(plan.environment_file) + "\n";
  // Nothing but the backup folder can be written, no new privilege can be had; children (pg_dump, docker, rclone) likewise.
  text +=
      "TimeoutStartSec=infinity\nKillMode=mixed\nTimeoutStopSec=60\nUMask=0077\nNice=10\nIOSchedulingClass=best-effort\nIOSchedulingPriority=7\n"
      "NoNewPrivileges=yes\nPrivateTmp=yes\nPrivateDevices=yes\nProtectSystem=strict\nProtectHome=read-only\nProtectClock=yes\n"
      "ProtectHostname=yes\nProtectKernelLogs=yes\nProtectKernelModules=yes\nProtectKernelTunables=yes\nProtectControlGroups=yes\n"
      "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\nRestrictNamespaces=yes\nRestrictRealtime=yes\nRestrictSUIDSGID=yes\n"
      "LockPersonality=yes\nSystemCallArchitectures=native\nSystemCallFilter=@system-service\n";
  for (const auto& folder : plan.writable) text += "ReadWritePaths=" + unit_path(folder) + "\n";
  return text;
}

std::string timer(const Plan& plan, const Job& job) {
  std::string text = fmt::format("# made by safety-schedule; `safety-schedule remove` takes it away\n[Unit]\nDescription={}, as planned\n\n[Timer]\n", job.description);
  for (const auto& calendar : job.when.calendars()) text += "OnCalendar=" + calendar + "\n";
  text += "Persistent=true\nAccuracySec=1min\n";
  if (plan.spread.count() > 0) text += fmt::format("RandomizedDelaySec={}\n", plan.spread.count());
  return text + "\n[Install]\nWantedBy=timers.target\n";
}

std::string first_mark(const std::string& prefix) { return "# safety-schedule " + prefix + " begin: made by it, changes are lost"; }
std::string last_mark(const std::string& prefix) { return "# safety-schedule " + prefix + " end"; }

}  // namespace

std::vector<UnitFile> systemd_units(const Plan& plan) {
  std::vector<UnitFile> units;
  for (const auto& job : plan.jobs) {
    units.push_back({plan.prefix + "-" + job.name + ".service", service(plan, job)});
    units.push_back({plan.prefix + "-" + job.name + ".timer", timer(plan, job)});
  }
  return units;
}

std::string crontab_block(const Plan& plan, bool with_user) {
  const auto who = with_user ? (plan.user.empty() ? "root" : plan.user) + " " : std::string();
  // Both for /bin/sh: the environment file has the form NAME=value, and is never part of a command line.
  const auto environment = plan.environment_file.empty() ? std::string() : "set -a; . " + cron_word(plan.environment_file.string()) + "; set +a; ";
  std::string text = first_mark(plan.prefix) + "\n";
  for (const auto& job : plan.jobs) {
    // Cron mails what is printed: warnings and errors are worth it, a result every night is not.
    const auto command = environment + "exec " + line_of(job.command, cron_word);
    text += fmt::format("{} {}{} >/dev/null\n", job.when.cron(), who, command);
    // What was missed while the machine was down.
    if (!job.catch_up.empty()) text += fmt::format("@reboot {}{} {} >/dev/null\n", who, command, line_of(job.catch_up, cron_word));
  }
  return text + last_mark(plan.prefix) + "\n";
}

std::string with_block(const std::string& crontab, const std::string& prefix, const std::string& block) {
  const auto begin = crontab.find(first_mark(prefix) + "\n");
  if (begin == std::string::npos) {
    if (block.empty()) return crontab;
    return crontab + (crontab.empty() || crontab.ends_with('\n') ? "" : "\n") + block;
  }
  const auto end_mark = last_mark(prefix) + "\n";
  const auto end = crontab.find(end_mark, begin);
  if (end == std::string::npos)
    throw Error(Code::config, fmt::format("the crontab has the beginning of the schedule \"{}\" and not its end", prefix),
                "Take its lines away with `crontab -e`, then run `safety-schedule install` again.");
  return crontab.substr(0, begin) + block + crontab.substr(end + end_mark.size());
}

}  // namespace safety::schedule
