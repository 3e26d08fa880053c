// Units that systemd accepts, crontabs that cron runs, and nothing touched that is not ours.
#include "libsafety/schedule/installation.hpp"

#include <fstream>
#include <thread>

#include "tests/testing/testing.hpp"

namespace safety::schedule {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Plan plan_of(const std::filesystem::path& folder) {
  Plan plan;
  plan.jobs.push_back({"backup", "Backup", Timetable("02:30"), {"/bin/echo", "--scheduled", "it's 100% $HOME"}, {"--max-age", "86400"}});
  plan.jobs.push_back({"drill", "Drill", Timetable("0 4 13 * fri"), {"/bin/echo", "--drill"}, {}});
  plan.environment_file = folder / "shop.env";
  plan.writable = {folder};
  return plan;
}

TEST(SystemdUnits, AreAcceptedBySystemdAnalyze) {
  const testing::TempFolder folder;
  auto plan = plan_of(folder.path());
  plan.user = "root";
  plan.spread = std::chrono::minutes(10);
  testing::write_text(plan.environment_file, "DATABASE_URL=postgresql:///shop\n");
  std::vector<std::string> arguments{"verify", "--man=no"};
  for (const auto& unit : systemd_units(plan)) {
    testing::write_text(folder / unit.name, unit.text);
    arguments.push_back((folder / unit.name).string());
  }
  ASSERT_EQ(arguments.size(), 6u);
  const auto verified = testing::run_program("systemd-analyze", arguments, {{{"SYSTEMD_UNIT_PATH", folder.path().string() + ":"}}, {}, {}});
  EXPECT_EQ(verified.exit_code, 0) << verified;
  for (const auto& unit : systemd_units(plan)) EXPECT_THAT(verified.err, Not(HasSubstr(unit.name))) << "a complaint, though it ended with 0";
}

TEST(SystemdUnits, CalendarsMeanToSystemdWhatTheyMeanToUs) {
  for (const char* timetable : {"02:30", "*/20 8-9 * * 1-5", "0 4 * * sun", "0 0 1 jan,jul *"}) {
    const Timetable when(timetable);
    ASSERT_EQ(when.calendars().size(), 1u);
    const auto shown = testing::run_program("systemd-analyze", {"calendar", "--iterations=1", when.calendars()[0]}, {{{"TZ", "UTC"}}, {}, {}});
    ASSERT_EQ(shown.exit_code, 0) << shown;
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    const auto ours = format_rfc3339(when.next(std::chrono::system_clock::now(), 1).at(0));
    ::unsetenv("TZ");
    ::tzset();
    EXPECT_THAT(shown.out, HasSubstr(ours.substr(0, 10) + " " + ours.substr(11, 5))) << timetable;
  }
}

TEST(SystemdUnits, AreHardenedAndCatchUpAndHoldNoSecret) {
  const testing::TempFolder folder;
  const auto units = systemd_units(plan_of(folder.path()));
  const auto& service = units.at(0).text;
  for (const char* line : {"NoNewPrivileges=yes", "PrivateTmp=yes", "ProtectSystem=strict", "Type=oneshot"}) EXPECT_THAT(service, HasSubstr(line));
  EXPECT_THAT(service, HasSubstr("ReadWritePaths=" + folder.path().string() + "\n"));
  EXPECT_THAT(service, HasSubstr(R"(ExecStart="/bin/echo" "--scheduled" "it's 100%% $$HOME")"));
  EXPECT_THAT(units.at(1).text, HasSubstr("Persistent=true"));
  EXPECT_THAT(units.at(3).text, HasSubstr("OnCalendar=*-*-13 04:00:00\nOnCalendar=Fri *-*-* 04:00:00\n"));
}

TEST(Installation, OfUnitsLeavesStrangersAloneAndRemovesItsOwn) {
  const testing::TempFolder folder;
  const Place place{Kind::systemd, folder.path(), false};
  testing::write_text(folder / "safety-mine.service", "[Service]\nExecStart=/bin/true\n");
  auto plan = plan_of(folder.path());
  const auto done = install(testing::quiet_context(), plan, place);
  EXPECT_THAT(done.back(), HasSubstr("systemctl daemon-reload")) << "systemd does not read this folder, and that is said";
  EXPECT_EQ(list_installed(testing::quiet_context(), "safety", place).size(), 4u);
  // Installed again without drills: their units go.
  plan.jobs.pop_back();
  install(testing::quiet_context(), plan, place);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"safety-backup.service", "safety-backup.timer", "safety-mine.service"}));
  EXPECT_EQ(remove(testing::quiet_context(), "safety", place).size(), 2u);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"safety-mine.service"}));

  testing::write_text(folder / "safety-backup.timer", "[Timer]\n");
  const auto error = testing::error_of([&] { install(testing::quiet_context(), plan, place); });
  EXPECT_EQ(error.code(), Code::config);
  EXPECT_THAT(error.message(), HasSubstr("was not made by safety-schedule"));
  EXPECT_EQ(testing::read_text(folder / "safety-backup.timer"), "[Timer]\n");
}

TEST(Crontab, KeepsWhatOthersWroteInIt) {
  const auto plan = plan_of("/srv/backups");
  const auto block = crontab_block(plan, false);
  const std::string others = "MAILTO=ops\n0 1 * * * /bin/other\n";
  const auto with = with_block(others, "safety", block);
  EXPECT_EQ(with, others + block);
  EXPECT_EQ(with_block(with, "safety", block), with) << "installed twice is installed once";
  EXPECT_EQ(with_block(with + "# more\n", "safety", ""), others + "# more\n");
  EXPECT_EQ(with_block(others, "safety", ""), others);
  EXPECT_EQ(with_block("no line break at the end", "safety", block), "no line break at the end\n" + block);
  EXPECT_EQ(testing::error_of([&] { with_block("# safety-schedule safety begin: made by it, changes are lost\n", "safety", block); }).code(), Code::config);
}

TEST(Crontab, LineSaysWhenAndWhatAndCatchesUpAtBoot) {
  const auto block = crontab_block(plan_of("/srv/backups"), false);
  EXPECT_THAT(block, HasSubstr("30 2 * * * set -a; . '/srv/backups/shop.env'; set +a; exec '/bin/echo' '--scheduled' 'it'\\''s 100\\% $HOME' >/dev/null\n"));
  EXPECT_THAT(block, HasSubstr("@reboot set -a; . '/srv/backups/shop.env'; set +a; exec '/bin/echo' '--scheduled' 'it'\\''s 100\\% $HOME' '--max-age' '86400' >/dev/null\n"));
  EXPECT_THAT(crontab_block(plan_of("/srv/backups"), true), HasSubstr("30 2 * * * root set -a;"));
}

}  // namespace
}  // namespace safety::schedule
