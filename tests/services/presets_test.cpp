#include "libsafety/services/presets.hpp"

#include "libsafety/services/compose.hpp"
#include "libsafety/services/control.hpp"
#include "tests/services/fake_programs.hpp"

namespace safety::services {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::error_of;
using testing::quiet_context;
using testing::TempFolder;

Configuration configuration_of(std::vector<std::string> order, Settings defaults, const std::filesystem::path& folder = "/") {
  Configuration configuration;
  configuration.order = std::move(order);
  configuration.defaults = std::move(defaults);
  configuration.folder = folder;
  return configuration;
}

class Compose : public ::testing::Test {
 protected:
  Compose() { testing::write_text(folder_ / "docker-compose.yml", "services: {}\n"); }
  TempFolder folder_;
  FakePrograms programs_;
};

TEST_F(Compose, PrefersTheNewSpellingAndFallsBackToTheOld) {
  programs_.add("docker", "test \"$1\" = compose");
  programs_.add("docker-compose", "exit 0");
  EXPECT_THAT(find_compose(quiet_context()), ElementsAre("docker", "compose"));
  programs_.add("docker", "echo \"docker: 'compose' is not a docker command.\" >&2; exit 1");
  EXPECT_THAT(find_compose(quiet_context()), ElementsAre("docker-compose"));
  programs_.add("docker-compose", "exit 1");
  EXPECT_EQ(error_of([] { find_compose(quiet_context()); }).code(), Code::command_failed);
}

TEST_F(Compose, IsLookedForOnceHoweverManyServicesThereAre) {
  programs_.add("docker", "test \"$1\" = compose");
  expand(quiet_context(), configuration_of({"api", "worker"}, {}, folder_.path()));
  EXPECT_EQ(programs_.log(), "docker [compose] [version]\n");
}

TEST_F(Compose, MakesCommandsThatDependOnNoFolderAndNoTerminal) {
  programs_.add("docker", "test \"$1\" = compose");
  auto configuration = configuration_of({"api"}, {{"project", {"my shop"}}, {"files", {"docker-compose.yml"}}, {"stop_timeout", {"30s"}}}, folder_.path());
  const auto services = expand(quiet_context(), configuration);
  ASSERT_EQ(services.size(), 1U);
  const auto file = (folder_ / "docker-compose.yml").string();
  EXPECT_EQ(display(services[0].stop), "docker compose -p 'my shop' -f " + file + " stop -t 20 api");
  EXPECT_EQ(display(services[0].start), "docker compose -p 'my shop' -f " + file + " start api");
  EXPECT_EQ(display(services[0].state), "docker compose -p 'my shop' -f " + file + " ps -a -q api");
}

TEST_F(Compose, FindsTheUsualFileAndSaysWhenThereIsNone) {
  programs_.add("docker", "exit 0");
  const auto services = expand(quiet_context(), configuration_of({"api"}, {{"service", {"web"}}}, folder_.path()));
  EXPECT_THAT(display(services[0].start), HasSubstr("docker-compose.yml start web"));
  const TempFolder empty;
  const auto none = error_of([&] { expand(quiet_context(), configuration_of({"api"}, {}, empty.path())); });
  EXPECT_EQ(none.code(), Code::config);
  EXPECT_THAT(none.message(), HasSubstr("no Compose file in \"" + empty.path().string()));
  const auto missing = error_of([&] { expand(quiet_context(), configuration_of({"api"}, {{"files", {"other.yml"}}}, empty.path())); });
  EXPECT_THAT(missing.message(), HasSubstr("other.yml"));
}

TEST(Presets, SystemdNamesTheUnit) {
  auto configuration = configuration_of({"api", "worker"}, {{"preset", {"systemd"}}});
  configuration.services["worker"] = {{"unit", {"shop-worker@1.service"}}, {"user", {"true"}}};
  const auto services = expand(quiet_context(), configuration);
  EXPECT_EQ(display(services[0].stop), "systemctl stop api.service");
  EXPECT_EQ(display(services[1].start), "systemctl --user start shop-worker@1.service");
  EXPECT_EQ(display(services[0].state), "systemctl show --property=LoadState,ActiveState,SubState api.service");
}

TEST(Presets, CommandTakesWordsOrALineForTheShell) {
  auto configuration = configuration_of({"api"}, {{"preset", {"command"}}});
  configuration.services["api"] = {{"stop", {"kubectl", "scale", "--replicas=0", "deployment/api"}},
                                   {"start", {"kubectl scale --replicas=2 deployment/api && echo up"}},
                                   {"health_url", {"http://127.0.0.1:1/health"}},
                                   {"health_timeout", {"90"}}};
  const auto service = expand(quiet_context(), configuration)[0];
  EXPECT_EQ(display(service.stop), "kubectl scale --replicas=0 deployment/api");
  EXPECT_EQ(display(service.start), "/bin/sh -c 'kubectl scale --replicas=2 deployment/api && echo up'");
  EXPECT_EQ(service.health_timeout, std::chrono::seconds(90));
  EXPECT_TRUE(service.state.program.empty());
}

TEST(Presets, MistakesAreNamed) {
  const auto message_of = [](const Configuration& configuration) {
    const auto error = error_of([&] { expand(quiet_context(), configuration); });
    EXPECT_EQ(error.code(), Code::config);
    EXPECT_FALSE(error.hint().empty());
    return error.message();
  };
  EXPECT_THAT(message_of(configuration_of({"api"}, {{"preset", {"kubernetes"}}})), HasSubstr("no preset \"kubernetes\""));
  EXPECT_THAT(message_of(configuration_of({"api"}, {{"preset", {"command"}}, {"stop", {"true"}}})), HasSubstr("needs stop and start"));
  EXPECT_THAT(message_of(configuration_of({"api", "api"}, {{"preset", {"systemd"}}})), HasSubstr("twice"));
  EXPECT_THAT(message_of(configuration_of({"api"}, {{"preset", {"systemd"}}, {"colour", {"red"}}})), HasSubstr("no setting \"colour\""));
  EXPECT_THAT(message_of(configuration_of({"api"}, {{"preset", {"systemd"}}, {"stop_timeout", {"soon"}}})), HasSubstr("stop_timeout = \"soon\""));
  auto stray = configuration_of({"api"}, {{"preset", {"systemd"}}});
  stray.services["worker"] = {};
  EXPECT_THAT(message_of(stray), HasSubstr("[services.worker] is not in `order`"));
  auto foreign = configuration_of({"api"}, {{"preset", {"systemd"}}});
  foreign.services["api"] = {{"project", {"shop"}}};
  EXPECT_THAT(message_of(foreign), HasSubstr("preset systemd has no setting \"project\""));
}

}  // namespace
}  // namespace safety::services
