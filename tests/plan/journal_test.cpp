#include "libsafety/plan/journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libsafety/base/time.hpp"
#include "tests/testing/testing.hpp"

namespace safety::plan {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TempFolder;

JournalHead head(std::string operation = "restore_1", std::string started = "2026-11-22T10:00:00.000Z") {
  return {std::move(operation),
          "safety-restore",
          "shop",
          "host-a",
          std::move(started),
          {{"checkpoint", "shop_20261122_100000"}}};
}

TEST(Journal, SaysTheSameWhenItIsReadAgain) {
  TempFolder folder;
  {
    auto journal = Journal::create(folder.path(), head());
    journal.set_fact("old_oid", "16384");
    journal.step_began("create");
    journal.step_ended("create", 0.5);
    journal.step_began("load");
    journal.step_failed("load", "disk full");
  }
  const auto found = find_unfinished(folder.path());
  ASSERT_EQ(found.size(), 1U);
  const auto& state = found[0];
  EXPECT_EQ(state.head.operation, "restore_1");
  EXPECT_EQ(state.head.tool, "safety-restore");
  EXPECT_EQ(state.head.database, "shop");
  EXPECT_EQ(state.head.host, "host-a");
  EXPECT_EQ(state.head.started, "2026-11-22T10:00:00.000Z");
  EXPECT_EQ(state.head.arguments.at("checkpoint"), "shop_20261122_100000");
  EXPECT_EQ(state.facts.at("old_oid"), "16384");
  EXPECT_THAT(state.begun, ElementsAre("create", "load"));
  EXPECT_THAT(state.done, ElementsAre("create"));
  EXPECT_EQ(state.ending, "");
  EXPECT_FALSE(state.is_running);
}

TEST(Journal, ForgetsStepsThatWereUndone) {
  TempFolder folder;
  {
    auto journal = Journal::create(folder.path(), head());
    journal.step_began("create");
    journal.step_ended("create", 0.5);
    journal.step_undone("create");
    EXPECT_THAT(journal.state().begun, IsEmpty());
    journal.end("undone");
  }
  EXPECT_THAT(find_unfinished(folder.path()), IsEmpty());
  const auto all = read_all(folder.path());
  ASSERT_EQ(all.size(), 1U);
  EXPECT_THAT(all[0].begun, IsEmpty());
  EXPECT_THAT(all[0].done, IsEmpty());
  EXPECT_EQ(all[0].ending, "undone");
}

TEST(Journal, IsForItsOwnerOnly) {
  TempFolder folder;
  const auto journal = Journal::create(folder / "operations", head());
  struct stat status {};
  ASSERT_EQ(::stat(journal.state().path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(Journal, IsSeenAsRunningWhileItsProcessLives) {
  TempFolder folder;
  int ready[2], go[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(go), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(go[1]);
    const auto journal = Journal::create(folder.path(), head());
    char byte = 'x';
    [[maybe_unused]] const auto written = ::write(ready[1], &byte, 1);
    [[maybe_unused]] const auto got = ::read(go[0], &byte, 1);
    ::_exit(0);  // as a crash: no destructor runs
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  auto found = find_unfinished(folder.path());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].is_running);
  const Error error = error_of([&] { Journal::reopen(found[0].path); });
  EXPECT_EQ(error.code(), Code::locked);
  EXPECT_FALSE(error.hint().empty());

  ::close(go[1]);
  ::waitpid(child, nullptr, 0);
  found = find_unfinished(folder.path());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].is_running) << "the lock goes with the process";
  EXPECT_EQ(Journal::reopen(found[0].path).state().head.operation, "restore_1");
  for (const int fd : {ready[0], ready[1], go[0]}) ::close(fd);
}

TEST(Journal, IgnoresALineThatACrashCut) {
  TempFolder folder;
  std::filesystem::path path;
  {
    auto journal = Journal::create(folder.path(), head());
    path = journal.state().path;
    journal.step_began("create");
  }
  const auto whole = testing::read_text(path);
  {
    auto journal = Journal::reopen(path);
    journal.step_began("load");
  }
  const auto longer = testing::read_text(path);
  // Every length of the last line, from nothing to all but its newline.
  for (std::size_t size = whole.size(); size < longer.size(); ++size) {
    testing::write_text(path, longer.substr(0, size));
    EXPECT_THAT(Journal::reopen(path).state().begun, ElementsAre("create")) << size;
  }
}

TEST(Journal, GoesOnOnALineOfItsOwnAfterACutOne) {
  TempFolder folder;
  std::filesystem::path path;
  {
    auto journal = Journal::create(folder.path(), head());
    path = journal.state().path;
    journal.step_began("create");
    journal.step_began("load");
  }
  const auto text = testing::read_text(path);
  for (const std::size_t lost : {1U, 5U, 30U}) {
    testing::write_text(path, text.substr(0, text.size() - lost));
    { Journal::reopen(path).step_began("check"); }
    EXPECT_THAT(Journal::reopen(path).state().begun, ElementsAre("create", "check")) << lost << " bytes were lost";
  }
}

TEST(Journal, KeepsNewlinesAndForeignBytesWithinALine) {
  TempFolder folder;
  {
    auto journal = Journal::create(folder.path(), head());
    journal.set_fact("name", "two\nlines \"quoted\" \xC3\xA9");
    journal.step_failed("load", "bytes of another encoding: caf\xE9");
  }
  const auto state = find_unfinished(folder.path()).at(0);
  EXPECT_EQ(state.facts.at("name"), "two\nlines \"quoted\" \xC3\xA9");
}

TEST(Journal, ReportsAFileWithoutAReadableHead) {
  TempFolder folder;
  testing::write_text(folder / "a.journal",
                      "not json\n[1]\n{\"kind\":1}\n{\"kind\":\"began\",\"step\":7}\n{\"kind\":\"later\"}\n");
  testing::write_text(folder / "b.txt", "no journal");
  const auto found = find_unfinished(folder.path());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, folder / "a.journal");
  EXPECT_EQ(found[0].head.operation, "");
}

std::vector<std::string> kinds_of(const std::vector<JournalEvent>& events) {
  std::vector<std::string> kinds;
  for (const auto& event : events) kinds.push_back(event.kind);
  return kinds;
}

TEST(JournalEvents, TellWhatHappenedInTheOrderOfTheFile) {
  TempFolder folder;
  std::filesystem::path path;
  const auto before = std::chrono::system_clock::now() - std::chrono::milliseconds(1);  // times are written to the millisecond
  {
    auto journal = Journal::create(folder.path(), make_head("restore_1", "safety-restore", "shop", {}));
    path = journal.state().path;
    journal.set_fact("old_oid", "16384");
    journal.step_began("load");
    journal.step_ended("load", 0.5);
    journal.note("confirm", "ada", "yes: \"swap\"\nafter lunch");
    journal.step_began("swap");
    journal.step_failed("swap", "disk full");
    journal.step_undone("load");
    journal.end("undone");
  }
  const auto events = read_events(path);
  ASSERT_THAT(kinds_of(events), ElementsAre("head", "fact", "began", "done", "note", "began", "failed", "undone", "end"));
  EXPECT_EQ(events[0].at, read_all(folder.path()).at(0).head.started);
  EXPECT_EQ(events[1].step, "old_oid");
  EXPECT_EQ(events[1].text, "16384");
  EXPECT_EQ(events[2].step, "load");
  EXPECT_EQ(events[2].seconds, 0);
  EXPECT_EQ(events[3].step, "load");
  EXPECT_EQ(events[3].seconds, 0.5);
  EXPECT_EQ(events[4].step, "confirm");
  EXPECT_EQ(events[4].who, "ada");
  EXPECT_EQ(events[4].text, "yes: \"swap\"\nafter lunch");
  EXPECT_EQ(events[5].step, "swap");
  EXPECT_EQ(events[6].step, "swap");
  EXPECT_EQ(events[6].text, "disk full");
  EXPECT_EQ(events[7].step, "load");
  EXPECT_EQ(events[8].step, "");
  EXPECT_EQ(events[8].text, "undone");
  for (const auto& event : events) {
    const auto at = parse_rfc3339(event.at);
    ASSERT_TRUE(at) << event.kind << " at \"" << event.at << "\"";
    EXPECT_GE(*at, before) << event.kind;
    EXPECT_LE(*at, std::chrono::system_clock::now()) << event.kind;
    EXPECT_EQ(event.who, event.kind == "note" ? "ada" : "");
  }
}

TEST(JournalEvents, OfANoteChangeNothingThatAResumeGoesBy) {
  TempFolder folder;
  {
    auto journal = Journal::create(folder.path(), head());
    journal.step_began("create");
    journal.note("create", "", "passed over");
  }
  const auto state = find_unfinished(folder.path()).at(0);
  EXPECT_THAT(state.begun, ElementsAre("create"));
  EXPECT_THAT(state.done, IsEmpty());
  EXPECT_THAT(state.facts, IsEmpty());
  EXPECT_EQ(state.ending, "");
}

TEST(JournalEvents, OfAJournalFromBeforeTimesWereWrittenHaveNone) {
  TempFolder folder;
  const auto path = folder / "old.journal";
  testing::write_text(path,
                      "{\"kind\":\"done\",\"step\":\"swap\",\"seconds\":2}\nnot json\n[1]\n{\"kind\":\"later\"}\n"
                      "{\"kind\":\"fact\",\"name\":\"a\",\"value\":7}\n{\"kind\":\"done\",\"step\":\"cut\",\"seconds\":1}");
  const auto events = read_events(path);
  ASSERT_THAT(kinds_of(events), ElementsAre("done", "fact")) << "what is not known, and what a crash cut, is left out";
  EXPECT_EQ(events[0].seconds, 2);
  EXPECT_EQ(events[0].at, "");
  EXPECT_EQ(events[1].step, "a");
  EXPECT_EQ(events[1].text, "");
}

TEST(JournalEvents, CannotBeReadOfAFileThatIsNotThere) {
  const Error error = error_of([] { read_events("/nonexistent/operations/a.journal"); });
  EXPECT_EQ(error.code(), Code::storage);
}

TEST(Journal, ListsTheOldestFirst) {
  TempFolder folder;
  Journal::create(folder.path(), head("a", "2026-11-22T12:00:00.000Z"));
  Journal::create(folder.path(), head("b", "2026-11-22T10:00:00.000Z"));
  Journal::create(folder.path(), head("c", "2026-11-22T11:00:00.000Z")).end("finished");
  std::vector<std::string> unfinished, all;
  for (const auto& state : find_unfinished(folder.path())) unfinished.push_back(state.head.operation);
  for (const auto& state : read_all(folder.path())) all.push_back(state.head.operation);
  EXPECT_THAT(unfinished, ElementsAre("b", "a"));
  EXPECT_THAT(all, ElementsAre("b", "c", "a"));
}

TEST(Journal, FindsNothingInAFolderThatIsNotThere) {
  EXPECT_THAT(find_unfinished("/nonexistent/operations"), IsEmpty());
}

}  // namespace
}  // namespace safety::plan
