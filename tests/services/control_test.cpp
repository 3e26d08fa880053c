#include "libsafety/services/control.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <thread>

#include "libsafety/base/time.hpp"
#include "libsafety/services/compose.hpp"
#include "libsafety/services/systemd.hpp"
#include "tests/services/fake_programs.hpp"

namespace safety::services {
namespace {

using ::testing::HasSubstr;
using std::chrono::milliseconds;
using testing::error_of;
using testing::quiet_context;
using testing::read_text;
using testing::source_path;
using testing::TestContext;

os::Command shell(const std::string& line) { return {"/bin/sh", {"-c", line}, {}}; }

/// A service whose state is a file's content: "running" or "stopped".
class Control : public ::testing::Test {
 protected:
  Control() {
    service.name = "api";
    service.stop = shell("echo stop >>" + path("log") + "; echo stopped >" + path("state"));
    service.start = shell("echo start >>" + path("log") + "; echo running >" + path("state"));
    service.state = shell("grep -q running " + path("state") + " || exit 3");
    service.stop_timeout = service.health_timeout = milliseconds(1000);
    testing::write_text(folder / "state", "running\n");
    testing::write_text(folder / "log", "");
  }
  std::string path(const std::string& name) const { return (folder / name).string(); }
  testing::TempFolder folder;
  Service service;
};

TEST_F(Control, StopsAndStartsWhatRuns) {
  stop(quiet_context(), service);
  EXPECT_EQ(look(quiet_context(), service).status, Status::stopped);
  start(quiet_context(), service);
  EXPECT_LT(wait_until_healthy(quiet_context(), service), 1);
  EXPECT_EQ(read_text(folder / "log"), "stop\nstart\n");
}

TEST_F(Control, LeavesAloneWhatIsThereAlready) {
  start(quiet_context(), service);
  testing::write_text(folder / "state", "stopped\n");
  stop(quiet_context(), service);
  EXPECT_EQ(read_text(folder / "log"), "");
}

TEST_F(Control, SaysWhichServiceDoesNotStop) {
  service.stop = shell("true");
  const auto error = error_of([&] { stop(quiet_context(), service); });
  EXPECT_EQ(error.code(), Code::service_unhealthy);
  EXPECT_THAT(error.message(), HasSubstr("service \"api\" does not stop"));
  EXPECT_THAT(error.hint(), HasSubstr("/bin/sh -c true"));
}

TEST_F(Control, EndsACommandThatHangs) {
  service.stop = shell("sleep 60");
  const Stopwatch watch;
  const auto error = error_of([&] { stop(quiet_context(), service); });
  EXPECT_EQ(error.code(), Code::command_failed);
  EXPECT_THAT(error.message(), HasSubstr("did not end within"));
  EXPECT_LT(watch.seconds(), 10);
}

TEST_F(Control, ACommandThatFailsIsShownWithItsWords) {
  service.stop = shell("echo 'the engine said no' >&2; exit 7");
  const auto error = error_of([&] { stop(quiet_context(), service); });
  EXPECT_EQ(error.code(), Code::command_failed);
  EXPECT_THAT(error.message(), HasSubstr("exit code 7"));
  EXPECT_THAT(error.detail(), HasSubstr("the engine said no"));
}

TEST_F(Control, WaitsForItsOwnHealthCommandAndSaysSo) {
  service.health_timeout = milliseconds(20000);
  service.health = shell("test -e " + path("healthy"));
  std::jthread later([&] {
    std::this_thread::sleep_for(milliseconds(1800));
    testing::write_text(folder / "healthy", "");
  });
  TestContext context;
  EXPECT_GT(wait_until_healthy(context, service), 1.5);
  EXPECT_THAT(context.sink.texts(Event::Kind::note), ::testing::Contains(HasSubstr("waiting for service \"api\": starting")));
}

TEST_F(Control, GivesUpOnAServiceThatNeverIsHealthy) {
  service.health = shell("exit 1");
  const auto error = error_of([&] { wait_until_healthy(quiet_context(), service); });
  EXPECT_EQ(error.code(), Code::service_unhealthy);
  EXPECT_THAT(error.message(), HasSubstr("is not healthy"));
}

TEST_F(Control, DoesNotWaitForAServiceThatStoppedAgain) {
  service.health_timeout = milliseconds(60000);
  testing::write_text(folder / "state", "stopped\n");
  const Stopwatch watch;
  EXPECT_EQ(error_of([&] { wait_until_healthy(quiet_context(), service); }).code(), Code::service_unhealthy);
  EXPECT_LT(watch.seconds(), 5);
}

TEST_F(Control, AsksAUrl) {
  // A server that answers every connection with the status in turn.
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 8), 0);
  socklen_t size = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  service.health_url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/health";
  std::jthread server([&] {
    for (const std::string status : {"503 Busy", "200 OK"}) {
      const int connection = ::accept(listener, nullptr, nullptr);
      char buffer[1024];
      (void)!::read(connection, buffer, sizeof buffer);
      const auto answer = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      (void)!::write(connection, answer.data(), answer.size());
      ::close(connection);
    }
  });
  const auto busy = look(quiet_context(), service);
  EXPECT_EQ(busy.status, Status::starting);
  EXPECT_THAT(busy.detail, HasSubstr("answers 503"));
  EXPECT_EQ(look(quiet_context(), service).status, Status::healthy);
  server.join();
  ::close(listener);
  EXPECT_EQ(look(quiet_context(), service).status, Status::starting);
}

TEST_F(Control, ASignalEndsTheWait) {
  service.health = shell("exit 1");
  service.health_timeout = milliseconds(60000);
  TestContext context;
  std::jthread later([&] {
    std::this_thread::sleep_for(milliseconds(300));
    context.stop.request_stop();
  });
  EXPECT_THROW(wait_until_healthy(context, service), Interrupted);
}

TEST(ContainerStates, OfEveryKindAreUnderstood) {
  const std::string running = R"({"Status":"running","Running":true,"Restarting":false})";
  const std::string exited = R"({"Status":"exited","Running":false,"Restarting":false})";
  const auto with_health = [](const std::string& health) {
    return R"({"Status":"running","Running":true,"Health":{"Status":")" + health + R"(","Log":[{"Output":"first"},{"Output":"no route\n"}]}})";
  };
  EXPECT_EQ(read_container_states("").status, Status::absent);
  EXPECT_EQ(read_container_states(exited).status, Status::stopped);
  EXPECT_EQ(read_container_states(running + "\n").status, Status::healthy);
  EXPECT_EQ(read_container_states(with_health("healthy")).status, Status::healthy);
  EXPECT_EQ(read_container_states(with_health("starting")).status, Status::starting);
  EXPECT_EQ(read_container_states(with_health("unhealthy")).status, Status::unhealthy);
  EXPECT_THAT(read_container_states(with_health("unhealthy")).detail, HasSubstr("its check says: no route"));
  EXPECT_EQ(read_container_states(R"({"Status":"restarting","Running":false,"Restarting":true})").status, Status::starting);
  const auto some = read_container_states(running + "\n" + exited);
  EXPECT_EQ(some.status, Status::healthy);
  EXPECT_EQ(some.detail, "1 of 2 containers run");
  EXPECT_EQ(error_of([] { read_container_states("Template parsing error"); }).code(), Code::command_failed);
}

TEST(UnitStates, OfEveryKindAreUnderstood) {
  const auto status = [](const std::string& active) { return read_unit_state("LoadState=loaded\nActiveState=" + active + "\nSubState=x\n", "api").status; };
  EXPECT_EQ(status("active"), Status::healthy);
  EXPECT_EQ(status("reloading"), Status::healthy);
  EXPECT_EQ(status("activating"), Status::starting);
  EXPECT_EQ(status("deactivating"), Status::unhealthy);
  EXPECT_EQ(status("inactive"), Status::stopped);
  EXPECT_EQ(status("failed"), Status::stopped);
  EXPECT_EQ(error_of([] { read_unit_state("LoadState=not-found\nActiveState=inactive\n", "api"); }).code(), Code::command_failed);
}

// The second spelling cannot be installed everywhere; what it prints and how it is called are recorded here.
TEST(ComposeV2, IsDrivenThroughDockerCompose) {
  FakePrograms programs;
  programs.write("docker-compose.yml", "services: {}\n");
  programs.write("state", R"({"Status":"running","Running":true,"Health":{"Status":"healthy","Log":[]}})");
  programs.add("docker",
               "if [ \"$1\" = inspect ]; then cat \"$STATE/state\"; exit; fi\n"
               "for word; do case $word in\n"
               "version) echo 'Docker Compose version v2.29.7'; exit ;;\n"
               "ps) echo 5b1c7ad0c9f2; echo 'time=\"2026-01-01\" level=warning msg=\"a word on stderr\"' >&2; exit ;;\n"
               "stop) echo ' Container shop-api-1  Stopping' >&2; echo '{\"Status\":\"exited\",\"Running\":false}' >\"$STATE/state\"; exit ;;\n"
               "start) echo ' Container shop-api-1  Started' >&2; echo '{\"Status\":\"running\",\"Running\":true}' >\"$STATE/state\"; exit ;;\n"
               "esac; done; exit 1");
  Service service;
  service.name = "api";
  service.preset = Preset::compose;
  std::vector<std::string> compose;
  expand_compose(quiet_context(), {}, programs.folder(), compose, service);
  EXPECT_EQ(look(quiet_context(), service).status, Status::healthy);
  stop(quiet_context(), service);
  EXPECT_EQ(look(quiet_context(), service).status, Status::stopped);
  start(quiet_context(), service);
  wait_until_healthy(quiet_context(), service);
  const auto file = "[" + (programs.folder() / "docker-compose.yml").string() + "]";
  EXPECT_THAT(programs.log(), HasSubstr("docker [compose] [-f] " + file + " [stop] [-t] [40] [api]\n"));
  EXPECT_THAT(programs.log(), HasSubstr("docker [compose] [-f] " + file + " [start] [api]\n"));
  EXPECT_THAT(programs.log(), HasSubstr("docker [inspect] [--format] [{{json .State}}] [5b1c7ad0c9f2]\n"));
}

TEST(ComposeV2, ThatMayNotAskTheEngineIsSaidToNeedAnotherUser) {
  FakePrograms programs;
  programs.write("docker-compose.yml", "services: {}\n");
  programs.add("docker",
               "for word; do test $word = version && exit 0; done\n"
               "echo 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock' >&2; exit 1");
  Service service;
  service.name = "api";
  service.preset = Preset::compose;
  std::vector<std::string> compose;
  expand_compose(quiet_context(), {}, programs.folder(), compose, service);
  const auto error = error_of([&] { look(quiet_context(), service); });
  EXPECT_EQ(error.code(), Code::command_failed);
  EXPECT_THAT(error.detail(), HasSubstr("permission denied"));
  EXPECT_THAT(error.hint(), HasSubstr("group docker"));
}

TEST(Systemd, IsDrivenThroughSystemctl) {
  FakePrograms programs;
  programs.write("state", "active");
  programs.add("systemctl",
               "case $1 in stop) echo inactive >\"$STATE/state\" ;; start) echo active >\"$STATE/state\" ;;\n"
               "show) echo LoadState=loaded; echo ActiveState=$(cat \"$STATE/state\"); echo SubState=x ;; esac");
  Service service;
  service.name = "api";
  service.preset = Preset::systemd;
  expand_systemd({}, service);
  stop(quiet_context(), service);
  EXPECT_EQ(look(quiet_context(), service).status, Status::stopped);
  start(quiet_context(), service);
  EXPECT_EQ(look(quiet_context(), service).status, Status::healthy);
  EXPECT_THAT(programs.log(), HasSubstr("systemctl [stop] [api.service]\n"));
  EXPECT_THAT(programs.log(), HasSubstr("systemctl [start] [api.service]\n"));
}

}  // namespace
}  // namespace safety::services
