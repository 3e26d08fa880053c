#include "libsafety/os/process.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "libsafety/base/time.hpp"
#include "tests/testing/testing.hpp"

namespace safety::os {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::quiet_context;
using testing::TempFolder;
using testing::TestContext;

struct Ran {
  ProcessResult result;
  std::string out;
};

Ran run_shell(const Context& context, const std::string& script, std::map<std::string, std::string> environment = {}) {
  Ran ran;
  ran.result = run_process(context, {"sh", {"-c", script}, std::move(environment)},
                           [&](std::string_view piece) { ran.out += piece; });
  return ran;
}

bool is_alive(pid_t pid) {
  // A zombie waits for a parent that may be slow to collect it: it runs no more.
  if (::kill(pid, 0) != 0) return false;
  try {
    const auto stat = testing::read_text("/proc/" + std::to_string(pid) + "/stat");
    return stat.substr(stat.rfind(')') + 2, 1) != "Z";
  } catch (const std::runtime_error&) {
    return false;
  }
}

bool ends_within(pid_t pid, double seconds) {
  for (const Stopwatch watch; watch.seconds() < seconds; std::this_thread::sleep_for(std::chrono::milliseconds(10)))
    if (!is_alive(pid)) return true;
  return false;
}

TEST(RunProcess, KeepsStandardOutputAndErrorApart) {
  const auto ran = run_shell(quiet_context(), "echo out; echo err >&2; echo out2");
  EXPECT_EQ(ran.out, "out\nout2\n");
  EXPECT_EQ(ran.result.standard_error, "err\n");
  EXPECT_EQ(ran.result.exit_code, 0);
}

TEST(RunProcess, ShowsStandardErrorWhileItRuns) {
  std::string seen;
  const auto result = run_process(quiet_context(), {"sh", {"-c", "echo words >&2"}, {}}, [](std::string_view) {}, [&](std::string_view piece) { seen += piece; });
  EXPECT_EQ(seen, "words\n");
  EXPECT_EQ(result.standard_error, seen);
}

TEST(RunProcess, RunsInTheFolderItIsGiven) {
  const TempFolder folder;
  testing::write_text(folder / "seen", "");
  Command command{"sh", {"-c", "ls; cd ..; ls /dev/null"}, {}};
  command.folder = folder.path();
  EXPECT_EQ(run_for_output(quiet_context(), command), "seen\n/dev/null\n");
  const auto here = std::filesystem::current_path();
  EXPECT_NE(here, folder.path());
}

TEST(RunProcess, SaysThatTheFolderIsMissing) {
  const TempFolder folder;
  Command command{"sh", {"-c", "true"}, {}};
  command.folder = folder / "nowhere";
  const auto error = error_of([&] { run_for_output(quiet_context(), command); });
  EXPECT_EQ(error.code(), Code::command_failed);
  EXPECT_THAT(error.message(), HasSubstr("nowhere\": there is no such folder"));
}

TEST(RunProcess, ReturnsTheExitCode) {
  EXPECT_EQ(run_shell(quiet_context(), "exit 37").result.exit_code, 37);
}

TEST(RunProcess, AddsASignalTo128) {
  EXPECT_EQ(run_shell(quiet_context(), "kill -KILL $$").result.exit_code, 128 + SIGKILL);
  EXPECT_EQ(run_shell(quiet_context(), "kill -TERM $$").result.exit_code, 128 + SIGTERM);
}

TEST(RunProcess, GivesTheChildNoStandardInput) {
  EXPECT_EQ(run_shell(quiet_context(), "cat; echo end").out, "end\n");
}

TEST(RunProcess, PassesArgumentsWithoutAShell) {
  const std::string nasty = "$HOME 'a' \"b\" \\ ; rm -rf * \n";
  EXPECT_EQ(run_for_output(quiet_context(), {"printf", {"%s", nasty}, {}}), nasty);
}

TEST(RunProcess, MergesTheEnvironment) {
  ::setenv("SAFETY_TEST_KEPT", "kept", 1);
  ::setenv("SAFETY_TEST_CHANGED", "old", 1);
  ::setenv("SAFETY_TEST_GONE", "there", 1);
  const auto ran = run_shell(quiet_context(),
                             "echo $SAFETY_TEST_KEPT,$SAFETY_TEST_CHANGED,${SAFETY_TEST_GONE-unset},$SAFETY_TEST_NEW",
                             {{"SAFETY_TEST_CHANGED", "new"}, {"SAFETY_TEST_GONE", ""}, {"SAFETY_TEST_NEW", "a=b c"}});
  EXPECT_EQ(ran.out, "kept,new,unset,a=b c\n");
}

TEST(RunProcess, StreamsTenMegabytesOfBothOutputs) {
  const auto ran =
      run_shell(quiet_context(), "head -c 10000000 /dev/zero & head -c 10000000 /dev/zero >&2; wait; echo tail >&2");
  EXPECT_EQ(ran.out.size(), 10000000U);
  EXPECT_LE(ran.result.standard_error.size(), 128U * 1024);
  EXPECT_TRUE(ran.result.standard_error.ends_with("tail\n")) << "the end of standard error is what is kept";
}

TEST(RunProcess, SaysWhichProgramIsMissing) {
  const Error by_name = error_of([] { run_for_output(quiet_context(), {"no-such-program-here", {}, {}}); });
  EXPECT_EQ(by_name.code(), Code::command_failed);
  EXPECT_THAT(by_name.message(), HasSubstr("no-such-program-here"));
  EXPECT_FALSE(by_name.hint().empty());
  const Error by_path = error_of([] { run_for_output(quiet_context(), {"/nonexistent/program", {}, {}}); });
  EXPECT_EQ(by_path.code(), Code::command_failed);
  EXPECT_THAT(by_path.message(), HasSubstr("/nonexistent/program"));
}

TEST(RunForOutput, NamesProgramExitCodeAndLastWords) {
  const Error error = error_of([] {
    run_for_output(quiet_context(), {"sh", {"-c", "echo first >&2; echo last words >&2; exit 3"}, {}});
  });
  EXPECT_EQ(error.code(), Code::command_failed);
  EXPECT_THAT(error.message(), HasSubstr("sh ended with exit code 3"));
  EXPECT_EQ(error.detail(), "last words");
}

TEST(RunProcess, EndsASleepingChildQuicklyWhenStopped) {
  TestContext test;
  TempFolder folder;
  const std::jthread stopper([&] {
    while (!std::filesystem::exists(folder / "pid")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    test.stop.request_stop();
  });
  const Stopwatch watch;
  EXPECT_THROW(run_shell(test, "cd " + folder.path().string() + "; echo $$ >p; mv p pid; exec sleep 60"), Interrupted);
  EXPECT_LT(watch.seconds(), 3);
  EXPECT_FALSE(is_alive(std::stoi(testing::read_text(folder / "pid"))));
}

TEST(RunProcess, KillsAChildThatDoesNotListen) {
  TestContext test;
  TempFolder folder;
  const std::jthread stopper([&] {
    while (!std::filesystem::exists(folder / "pid")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    test.stop.request_stop();
  });
  const Stopwatch watch;
  EXPECT_THROW(
      run_shell(test, "trap '' TERM; cd " + folder.path().string() + "; echo $$ >p; mv p pid; while :; do :; done"),
      Interrupted);
  EXPECT_LT(watch.seconds(), 15);
  EXPECT_FALSE(is_alive(std::stoi(testing::read_text(folder / "pid"))));
}

TEST(RunProcess, EndsTheChildWhenItsOutputIsNotWanted) {
  const Stopwatch watch;
  EXPECT_THROW(run_process(quiet_context(), {"sh", {"-c", "echo x; exec sleep 60"}, {}},
                           [](std::string_view) { throw Error(Code::storage, "no room for it"); }),
               Error);
  EXPECT_LT(watch.seconds(), 3);
}

TEST(RunProcess, DoesNotLetTheChildOutliveAKilledParent) {
  TempFolder folder;
  const auto pid_file = folder / "pid";
  const pid_t parent = ::fork();
  if (parent == 0) {
    try {
      run_shell(quiet_context(), "cd " + folder.path().string() + "; echo $$ >p; mv p pid; exec sleep 300");
    } catch (...) {
    }
    ::_exit(0);
  }
  while (!std::filesystem::exists(pid_file)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const pid_t child = std::stoi(testing::read_text(pid_file));
  EXPECT_TRUE(is_alive(child));
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  const bool ended = ends_within(child, 5);
  EXPECT_TRUE(ended);
  if (!ended) ::kill(child, SIGKILL);
}

TEST(FindOnPath, FindsProgramsAndNotFolders) {
  EXPECT_TRUE(find_on_path("sh").has_value());
  EXPECT_EQ(find_on_path("no-such-program-here"), std::nullopt);
  TempFolder folder;
  std::filesystem::create_directory(folder / "tool");
  testing::write_text(folder / "text", "not to be run");
  const std::string before = std::getenv("PATH");
  ::setenv("PATH", folder.path().c_str(), 1);
  const auto as_folder = find_on_path("tool"), as_text = find_on_path("text");
  ::setenv("PATH", before.c_str(), 1);
  EXPECT_EQ(as_folder, std::nullopt);
  EXPECT_EQ(as_text, std::nullopt);
}

}  // namespace
}  // namespace safety::os
