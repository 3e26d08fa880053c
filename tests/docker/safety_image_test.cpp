// The image of scripts/Dockerfile, as the stack's service "safety" runs it.
#include "tests/docker/stack.hpp"

#include <unistd.h>

#include <thread>

namespace safety {
namespace {

using testing::ComposeStack;
using testing::ToolRun;

ToolRun in_safety(const ComposeStack& stack, std::vector<std::string> command) {
  command.insert(command.begin(), {"exec", "-T", "safety"});
  return stack.compose(command);
}

TEST(SafetyImage, BacksUpOnScheduleIntoItsVolumeAndVerifiesThere) {
  const ComposeStack stack({.services = {"safety"}, .variables = {{"SAFETY_BACKUP_EVERY", "1"}}});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  ToolRun list;
  std::size_t complete = 0;
  // The first ones are of the database before it was filled in.
  do {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << list << stack.compose({"logs", "safety"});
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    list = in_safety(stack, {"safety", "list", "--json"});
    complete = 0;
    if (list.last_json.is_object())
      for (const auto& checkpoint : list.last_json["checkpoints"])
        complete += checkpoint.value("rows", 0) > 1000 ? 1 : 0;
  } while (complete < 2);
  EXPECT_EQ(list.last_json["checkpoints"].back().value("reason", ""), "scheduled") << list;

  // The loop ends first: one operation at a time works on a database. Another container finds the backups in the
  // volume.
  stack.compose_or_throw({"rm", "--stop", "--force", "safety"});
  const auto verified = stack.compose({"run", "--rm", "-T", "--no-deps", "--entrypoint", "safety", "safety", "verify",
                                       "latest", "--proof", "L4", "--json"});
  EXPECT_EQ(verified.exit_code, 0) << verified;
  EXPECT_EQ(verified.last_json.value("proof", ""), "L4") << verified;
}

TEST(SafetyImage, RunsAsAnOrdinaryUserWhoOwnsTheVolumeAlone) {
  const ComposeStack stack({.services = {"safety"}, .demo_scale = 0});
  EXPECT_EQ(in_safety(stack, {"id", "-un"}).out, "safety\n");
  EXPECT_NE(in_safety(stack, {"id", "-u"}).out, "0\n");
  EXPECT_EQ(in_safety(stack, {"stat", "-c", "%U %a", "/backups"}).out, "safety 700\n");
  EXPECT_NE(in_safety(stack, {"sh", "-c", "echo x >/usr/local/x"}).exit_code, 0);
  EXPECT_NE(in_safety(stack, {"sh", "-c", "command -v g++ || command -v cmake"}).exit_code, 0)
      << "the image holds what it was built with";
}

TEST(SafetyImage, StopsAtOnceWhileItWaitsForTheNextBackup) {
  const ComposeStack stack({.services = {"safety"}, .demo_scale = 0});
  const auto stopped = stack.compose({"stop", "--timeout", "30", "safety"});
  EXPECT_EQ(stopped.exit_code, 0) << stopped;
  EXPECT_LT(stopped.seconds, 10) << stopped;
  EXPECT_EQ(stack.state("safety").value("ExitCode", -1), 0);
}

// Tests bring their package along, as it was built beside them; users compile in the image what the context brings along.
TEST(SafetyImage, CanBeCompiledFromWhatItsContextHolds) {
  const testing::TempFolder folder;
  testing::write_text(folder / "Dockerfile", "FROM scratch\nCOPY . /source\nCMD [\"none\"]\n");
  const auto tag = "safety-test/context:" + folder.path().filename().string().substr(12);
  const auto name = folder.path().filename().string();
  const auto expect_success = [](const ToolRun& run) { EXPECT_EQ(run.exit_code, 0) << run; };
  testing::RunOptions classic;
  classic.environment = {{"DOCKER_BUILDKIT", "0"}};
  expect_success(testing::docker({"build", "--tag", tag, "--file", (folder / "Dockerfile").string(), testing::source_path("").string()}, classic));
  expect_success(testing::docker({"create", "--name", name, tag}));
  expect_success(testing::docker({"cp", name + ":/source", (folder / "source").string()}));
  expect_success(testing::docker({"rm", name}));
  expect_success(testing::docker({"rmi", tag}));

  const auto build = (folder / "build").string();
  expect_success(testing::run_program("cmake", {"-S", (folder / "source").string(), "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DSAFETY_TESTS=OFF"}));
  // Without doing it, but every source has to be there.
  expect_success(testing::run_program("ninja", {"-C", build, "-n", "safety_tools"}));
  for (const auto* script : {"install-packages", "make-package"})
    EXPECT_EQ(::access((folder / "source/scripts" / script).c_str(), X_OK), 0) << script;
  EXPECT_FALSE(std::filesystem::exists(folder / "source/build")) << "a build folder goes to the engine";
}

TEST(SafetyImage, WithoutArgumentsSaysWhatItCanDo) {
  const auto run = testing::docker({"run", "--rm", "--network", "none", "safety-test/safety:latest"});
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_NE(run.out.find("backup"), std::string::npos) << run;
}

}  // namespace
}  // namespace safety
