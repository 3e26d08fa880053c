#include "libsafety/plan/plan.hpp"

#include <signal.h>

#include <algorithm>
#include <functional>

#include "tests/testing/testing.hpp"

namespace safety::plan {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::quiet_context;
using testing::TempFolder;
using testing::TestContext;
using Strings = std::vector<std::string>;
namespace fs = std::filesystem;

JournalHead head_of_plan() {
  return {"op_1", "test", "shop", "host", "2026-11-22T10:00:00.000Z", {}};
}

/// A world of files: a step makes one and its undo removes it. `log` notes what was called, in order.
class World {
 public:
  World() : own_(std::in_place), folder_(own_->path()) {}
  explicit World(fs::path folder) : folder_(std::move(folder)) {}
  fs::path folder() const { return folder_; }
  Strings log;
  bool has(const std::string& id) const { return fs::exists(folder_ / ("made." + id)); }
  Strings made() const {
    Strings found;
    for (const auto& entry : fs::directory_iterator(folder_))
      if (const auto name = entry.path().filename().string(); name.starts_with("made."))
        found.push_back(name.substr(5));
    std::sort(found.begin(), found.end());
    return found;
  }
  Step step(const std::string& id, bool is_commit_point = false) {
    Step step{id, "make " + id, "because", {}, {}, {}, {}, is_commit_point};
    const auto path = folder_ / ("made." + id);
    step.apply = [this, id, path] {
      log.push_back("apply " + id);
      testing::write_text(path, id);
    };
    step.is_done = [path] { return fs::exists(path); };
    step.undo = [this, id, path] {
      log.push_back("undo " + id);
      fs::remove(path);
    };
    return step;
  }
  Journal journal() { return Journal::create(folder_ / "journals", head_of_plan()); }
  Journal reopened() { return Journal::reopen(folder_ / "journals" / "op_1.journal"); }
  JournalState read() const { return read_all(folder_ / "journals").at(0); }

 private:
  std::optional<TempFolder> own_;
  fs::path folder_;
};

std::function<void()> failing(const std::string& words = "it broke") {
  return [words] { throw Error(Code::database, words, "Mend it."); };
}

TEST(Run, AppliesInOrderAndFinishesTheJournal) {
  World world;
  TestContext test;
  Outcome outcome;
  {
    auto journal = world.journal();
    outcome = run(test, {world.step("a"), world.step("b"), world.step("c")}, journal);
  }
  EXPECT_THAT(world.log, ElementsAre("apply a", "apply b", "apply c"));
  EXPECT_EQ(world.read().ending, "finished");
  EXPECT_THAT(world.read().done, ElementsAre("a", "b", "c"));
  ASSERT_EQ(outcome.steps.size(), 3U);
  EXPECT_EQ(outcome.steps[1].id, "b");
  EXPECT_EQ(outcome.steps[1].what, "make b");
  EXPECT_EQ(outcome.steps[1].state, StepOutcome::State::done);
  EXPECT_GE(outcome.seconds_of("b"), 0);
  EXPECT_THAT(test.sink.texts(Event::Kind::step), ElementsAre("make a", "done", "make b", "done", "make c", "done"));
}

TEST(Run, JournalsAStepBeforeItActs) {
  World world;
  auto journal = world.journal();
  auto looking = world.step("b");
  Strings begun, done;
  looking.apply = [&] {
    begun = world.read().begun;
    done = world.read().done;
  };
  run(quiet_context(), {world.step("a"), looking}, journal);
  EXPECT_THAT(begun, ElementsAre("a", "b"));
  EXPECT_THAT(done, ElementsAre("a"));
}

TEST(Run, UndoesTheNewestFirstWhenAStepFails) {
  World world;
  auto journal = world.journal();
  auto broken = world.step("c");
  const auto half = broken.apply;
  broken.apply = [half] {
    half();  // it acted partly before it failed: its own undo is called too
    failing()();
  };
  const Error error = error_of([&] {
    run(quiet_context(), {world.step("a"), world.step("b"), broken, world.step("d")}, journal);
  });
  EXPECT_EQ(error.code(), Code::database);
  EXPECT_EQ(error.message(), "it broke");
  EXPECT_THAT(world.log, ElementsAre("apply a", "apply b", "apply c", "undo c", "undo b", "undo a"));
  EXPECT_THAT(world.made(), IsEmpty());
  EXPECT_EQ(world.read().ending, "undone");
}

TEST(Run, PassesOverStepsWithoutUndo) {
  World world;
  auto journal = world.journal();
  auto looks_only = world.step("b");
  looks_only.undo = nullptr;
  auto broken = world.step("c");
  broken.apply = failing();
  error_of([&] { run(quiet_context(), {world.step("a"), looks_only, broken}, journal); });
  EXPECT_THAT(world.log, ElementsAre("apply a", "apply b", "undo c", "undo a"));
  EXPECT_EQ(world.read().ending, "undone");
}

TEST(Run, AsksForAPersonWhenUndoingFailsToo) {
  World world;
  auto journal = world.journal();
  auto stuck = world.step("a");
  stuck.undo = failing("the disk is gone");
  auto broken = world.step("b");
  broken.apply = failing();
  const Error error = error_of([&] { run(quiet_context(), {stuck, broken}, journal); });
  EXPECT_EQ(error.code(), Code::manual_attention);
  EXPECT_THAT(error.message(), HasSubstr("it broke"));
  EXPECT_THAT(error.message(), HasSubstr("the disk is gone"));
  EXPECT_THAT(error.hint(), HasSubstr("--abort"));
  EXPECT_EQ(world.read().ending, "") << "it is not over";
}

TEST(Run, UndoesNothingAfterTheCommitPoint) {
  World world;
  auto journal = world.journal();
  auto broken = world.step("c");
  broken.apply = failing();
  const Error error = error_of([&] {
    run(quiet_context(), {world.step("a"), world.step("b", true), broken}, journal);
  });
  EXPECT_EQ(error.code(), Code::resumable);
  EXPECT_THAT(error.message(), HasSubstr("it broke"));
  EXPECT_THAT(error.hint(), HasSubstr("--resume"));
  EXPECT_THAT(world.made(), ElementsAre("a", "b"));
  EXPECT_EQ(world.read().ending, "");
}

// What was taken away for the time of the commit (services) comes back whatever ends the plan.
class GivingBack : public ::testing::Test {
 protected:
  Step step(const std::string& id, bool gives_back = false) {
    auto made = world_.step(id);
    made.gives_back = gives_back;
    return made;
  }
  World world_;
  TestContext test_;
};

TEST_F(GivingBack, HappensWhenAStepBetweenFails) {
  auto broken = step("between");
  broken.apply = failing();
  auto journal = world_.journal();
  const auto error = error_of([&] { run(test_, {world_.step("commit", true), broken, step("services", true), step("note")}, journal); });
  EXPECT_EQ(error.code(), Code::resumable);
  EXPECT_THAT(world_.made(), ElementsAre("commit", "services"));
  EXPECT_EQ(world_.read().ending, "");
}

TEST_F(GivingBack, HappensAfterASignalInTheCommit) {
  auto commit = world_.step("commit", true);
  commit.apply = [this, apply = commit.apply] {
    apply();
    test_.stop.request_stop();
  };
  auto journal = world_.journal();
  EXPECT_EQ(error_of([&] { run(test_, {commit, step("services", true), step("note")}, journal); }).code(), Code::resumable);
  EXPECT_THAT(world_.made(), ElementsAre("commit", "services"));
}

TEST_F(GivingBack, HappensWhenNobodyKnowsWhetherTheCommitTookEffect) {
  auto commit = world_.step("commit", true);
  commit.apply = failing("connection lost");
  commit.is_done = []() -> bool { throw Error(Code::connection, "the server is away"); };
  auto journal = world_.journal();
  EXPECT_EQ(error_of([&] { run(test_, {commit, step("services", true)}, journal); }).code(), Code::in_doubt);
  EXPECT_THAT(world_.made(), ElementsAre("services"));
}

TEST_F(GivingBack, ThatFailsTooIsAWarningAndNotTheError) {
  auto broken = step("between");
  broken.apply = failing("the first trouble");
  auto services = step("services", true);
  services.apply = failing("the second trouble");
  auto journal = world_.journal();
  const auto error = error_of([&] { run(test_, {world_.step("commit", true), broken, services}, journal); });
  EXPECT_THAT(error.message(), HasSubstr("the first trouble"));
  EXPECT_THAT(test_.sink.texts(Event::Kind::warning), ::testing::Contains(HasSubstr("the second trouble")));
}

TEST_F(GivingBack, DoesNotHappenBeforeTheCommit) {
  auto broken = step("before");
  broken.apply = failing();
  auto journal = world_.journal();
  EXPECT_EQ(error_of([&] { run(test_, {broken, world_.step("commit", true), step("services", true)}, journal); }).code(), Code::database);
  EXPECT_THAT(world_.made(), IsEmpty());
}

TEST(Run, LooksAtTheWorldWhenTheCommitPointItselfFails) {
  for (const bool took_effect : {false, true}) {
    World world;
    auto journal = world.journal();
    auto commit = world.step("b", true);
    const auto act = commit.apply;
    commit.apply = [=] {
      if (took_effect) act();
      throw Error(Code::in_doubt, "the connection broke during COMMIT");
    };
    const Error error = error_of([&] { run(quiet_context(), {world.step("a"), commit}, journal); });
    if (took_effect) {
      EXPECT_EQ(error.code(), Code::resumable);
      EXPECT_THAT(world.made(), ElementsAre("a", "b"));
    } else {
      EXPECT_EQ(error.code(), Code::in_doubt);
      EXPECT_THAT(world.made(), IsEmpty());
    }
  }
}

TEST(Run, LeavesADoubtfulCommitAloneWhenTheWorldCannotBeSeen) {
  World world;
  auto journal = world.journal();
  auto commit = world.step("b", true);
  commit.apply = failing("the connection broke");
  commit.is_done = [] {
    throw Error(Code::connection, "the server is away");
    return false;
  };
  const Error error = error_of([&] { run(quiet_context(), {world.step("a"), commit}, journal); });
  EXPECT_EQ(error.code(), Code::in_doubt);
  EXPECT_THAT(error.hint(), HasSubstr("--resume"));
  EXPECT_THAT(world.made(), ElementsAre("a")) << "undoing could destroy what was committed";
  EXPECT_EQ(world.read().ending, "");
}

TEST(Run, UndoesEverythingWhenStoppedBeforeTheCommitPoint) {
  World world;
  TestContext test;
  auto journal = world.journal();
  auto stopping = world.step("b");
  const auto act = stopping.apply;
  stopping.apply = [&test, act] {
    act();
    test.stop.request_stop();
  };
  EXPECT_THROW(run(test, {world.step("a"), stopping, world.step("c", true)}, journal), Interrupted);
  EXPECT_THAT(world.made(), IsEmpty());
  EXPECT_EQ(world.read().ending, "undone");
}

TEST(Run, CanBeFinishedWhenStoppedAfterTheCommitPoint) {
  World world;
  TestContext test;
  auto stopping = world.step("a", true);
  const auto act = stopping.apply;
  stopping.apply = [&test, act] {
    act();
    test.stop.request_stop();
  };
  {
    auto journal = world.journal();
    EXPECT_EQ(error_of([&] { run(test, {stopping, world.step("b")}, journal); }).code(), Code::resumable);
  }
  auto journal = world.reopened();
  run(quiet_context(), {stopping, world.step("b")}, journal, true);
  EXPECT_THAT(world.made(), ElementsAre("a", "b"));
  EXPECT_EQ(world.read().ending, "finished");
}

TEST(Run, UndoesWhenAnythingButOurErrorIsThrown) {
  World world;
  auto journal = world.journal();
  auto broken = world.step("b");
  broken.apply = [] { throw std::runtime_error("out of luck"); };
  EXPECT_THROW(run(quiet_context(), {world.step("a"), broken}, journal), std::exception);
  EXPECT_THAT(world.made(), IsEmpty());
  EXPECT_EQ(world.read().ending, "undone");
}

TEST(Resume, SkipsWhatTheWorldSaysIsDone) {
  World world;
  {
    auto journal = world.journal();
    journal.step_began("a");
  }
  testing::write_text(world.folder() / "made.a", "a");  // it acted, and died before it could say so
  auto journal = world.reopened();
  const auto outcome = run(quiet_context(), {world.step("a"), world.step("b")}, journal, true);
  EXPECT_THAT(world.log, ElementsAre("apply b"));
  EXPECT_EQ(outcome.steps[0].state, StepOutcome::State::already_done);
  EXPECT_EQ(world.read().ending, "finished");
}

TEST(Resume, BelievesTheWorldAndNotTheJournal) {
  World world;
  {
    auto journal = world.journal();
    journal.step_began("a");
    journal.step_ended("a", 1);
  }
  auto journal = world.reopened();  // but nothing is there: somebody dropped it
  run(quiet_context(), {world.step("a"), world.step("b")}, journal, true);
  EXPECT_THAT(world.log, ElementsAre("apply a", "apply b"));
}

TEST(Resume, AppliesAgainWhatCannotBeLookedAt) {
  World world;
  {
    auto journal = world.journal();
    journal.step_began("a");
    journal.step_ended("a", 1);
  }
  auto blind = world.step("a");
  blind.is_done = nullptr;
  auto journal = world.reopened();
  run(quiet_context(), {blind}, journal, true);
  EXPECT_THAT(world.log, ElementsAre("apply a"));
}

TEST(Abort, UndoesWhatADeadRunBegan) {
  World world;
  {
    auto journal = world.journal();
    for (const char* id : {"a", "b"}) journal.step_began(id);
    journal.step_ended("a", 1);
  }
  for (const char* id : {"a", "b"}) testing::write_text(world.folder() / (std::string("made.") + id), "");
  auto journal = world.reopened();
  const auto outcome = abort(quiet_context(), {world.step("a"), world.step("b"), world.step("c", true)}, journal);
  EXPECT_THAT(world.log, ElementsAre("undo b", "undo a"));
  EXPECT_EQ(outcome.steps[0].state, StepOutcome::State::undone);
  EXPECT_THAT(world.made(), IsEmpty());
  EXPECT_EQ(world.read().ending, "undone");
}

TEST(Abort, RefusesAfterTheCommitPoint) {
  for (const bool is_journaled : {false, true}) {
    World world;
    {
      auto journal = world.journal();
      journal.step_began("a");
      if (is_journaled) journal.step_ended("a", 1);
    }
    testing::write_text(world.folder() / "made.a", "");
    auto journal = world.reopened();
    const Error error = error_of([&] { abort(quiet_context(), {world.step("a", true)}, journal); });
    EXPECT_EQ(error.code(), Code::resumable);
    EXPECT_THAT(error.hint(), HasSubstr("--resume"));
    EXPECT_THAT(world.made(), ElementsAre("a"));
  }
}

TEST(Abort, UndoesACommitPointThatBeganAndDidNothing) {
  World world;
  {
    auto journal = world.journal();
    for (const char* id : {"a", "b"}) journal.step_began(id);
  }
  testing::write_text(world.folder() / "made.a", "");
  auto journal = world.reopened();
  abort(quiet_context(), {world.step("a"), world.step("b", true)}, journal);
  EXPECT_THAT(world.made(), IsEmpty());
}

// The fault loop. A plan of four steps, the third being the commit point, is killed or made to fail at each journal
// write; then the next process resumes or aborts, as the tools do.

Plan fault_plan(World& world) {
  return {world.step("a"), world.step("b"), world.step("c", true), world.step("d")};
}

const testing::ChildProgram fresh_run("fresh_run", [] {
  World world(std::getenv("SAFETY_TEST_WORLD"));
  auto journal = world.journal();
  run(quiet_context(), fault_plan(world), journal);
  return 0;
});

const testing::ChildProgram resumed_run("resumed_run", [] {
  World world(std::getenv("SAFETY_TEST_WORLD"));
  auto journal = world.reopened();
  run(quiet_context(), fault_plan(world), journal, true);
  return 0;
});

int exit_code_of(const testing::ChildProgram& child, const World& world, const std::string& fault) {
  return child.run({{"SAFETY_TEST_WORLD", world.folder().string()}, {"SAFETY_FAULT", fault}}).exit_code;
}

int count_fault_points() {
  World world;
  const auto counted = world.folder() / "points";
  EXPECT_EQ(exit_code_of(fresh_run, world, "count:" + counted.string()), 0);
  const auto text = testing::read_text(counted);
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

/// What a person does after a crash. Returns what is there in the end.
Strings settle(World& world, bool resumes) {
  const auto unfinished = find_unfinished(world.folder() / "journals");
  if (unfinished.empty()) return world.made();
  EXPECT_FALSE(unfinished[0].is_running);
  auto journal = world.reopened();
  if (resumes) {
    run(quiet_context(), fault_plan(world), journal, true);
  } else {
    try {
      abort(quiet_context(), fault_plan(world), journal);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::resumable) << error.what();
      run(quiet_context(), fault_plan(world), journal, true);
    }
  }
  EXPECT_THAT(find_unfinished(world.folder() / "journals"), IsEmpty());
  return world.made();
}

TEST(Faults, AfterAKillAnywhereResumeGivesTheFinishedWorld) {
  const int points = count_fault_points();
  ASSERT_GE(points, 3 * 4) << "each step passes at least three";
  for (int point = 1; point <= points; ++point) {
    World world;
    ASSERT_EQ(exit_code_of(fresh_run, world, "kill:" + std::to_string(point)), 128 + SIGKILL) << point;
    const bool has_journal = !read_all(world.folder() / "journals").empty();
    const auto made = settle(world, true);
    if (has_journal)
      EXPECT_THAT(made, ElementsAre("a", "b", "c", "d")) << "point " << point;
    else
      EXPECT_THAT(made, IsEmpty()) << "point " << point << ": nothing acts before the journal is there";
  }
}

TEST(Faults, AfterAKillAnywhereAbortGivesTheOldWorldOrTheFinishedOne) {
  const int points = count_fault_points();
  for (int point = 1; point <= points; ++point) {
    World world;
    ASSERT_EQ(exit_code_of(fresh_run, world, "kill:" + std::to_string(point)), 128 + SIGKILL) << point;
    const bool was_committed = world.has("c");
    if (was_committed)
      EXPECT_THAT(settle(world, false), ElementsAre("a", "b", "c", "d")) << "point " << point;
    else
      EXPECT_THAT(settle(world, false), IsEmpty()) << "point " << point;
  }
}

TEST(Faults, AnErrorAnywhereUndoesByItselfOrCanBeResumed) {
  const int points = count_fault_points();
  for (int point = 1; point <= points; ++point) {
    World world;
    const int code = exit_code_of(fresh_run, world, "error:" + std::to_string(point));
    if (world.has("c")) {
      EXPECT_EQ(code, static_cast<int>(Code::resumable)) << "point " << point;
      EXPECT_THAT(settle(world, true), ElementsAre("a", "b", "c", "d")) << "point " << point;
    } else {
      EXPECT_EQ(code, static_cast<int>(Code::internal)) << "point " << point;
      EXPECT_THAT(world.made(), IsEmpty()) << "point " << point;
    }
  }
}

TEST(Faults, AKillDuringResumeCanBeResumed) {
  const int points = count_fault_points();
  // The first life ends after step b acted.
  for (int point = 1; point <= points; ++point) {
    World world;
    {
      auto journal = world.journal();
      journal.step_began("a");
      journal.step_ended("a", 0);
      journal.step_began("b");
    }
    for (const char* id : {"a", "b"}) testing::write_text(world.folder() / (std::string("made.") + id), "");
    exit_code_of(resumed_run, world, "kill:" + std::to_string(point));
    EXPECT_THAT(settle(world, true), ElementsAre("a", "b", "c", "d")) << "point " << point;
  }
}

}  // namespace
}  // namespace safety::plan
