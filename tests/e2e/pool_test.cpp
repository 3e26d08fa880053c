// A pool between the services and the server: PgBouncer keeps sessions of its own, which end with the others at the swap.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fault/fault_stage.hpp"

namespace safety::testing {
namespace {

int free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(probe, reinterpret_cast<sockaddr*>(&address), size) != 0) throw std::runtime_error("no port is free");
  ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(probe);
  return ntohs(address.sin_port);
}

/// PgBouncer before the shared cluster, as that one's user: it does not run as root.
class Pool {
 public:
  explicit Pool(const std::string& url) : folder_(std::filesystem::path("/tmp") / ("safety-pool-" + std::to_string(::getpid()))), port_(free_port()) {
    std::filesystem::create_directory(folder_);
    const auto parameters = pg::ConnectionInfo::parse(url).parameters();
    write_text(folder_ / "ini", "[databases]\n* = host=" + parameters.at("host") + (parameters.contains("port") ? " port=" + parameters.at("port") : "") +
                                    " user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + std::to_string(port_) +
                                    "\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\nserver_login_retry = 0.1\n");
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all | std::filesystem::perms::others_read | std::filesystem::perms::others_exec);
    std::filesystem::permissions(folder_ / "ini", std::filesystem::perms::owner_read | std::filesystem::perms::others_read);
    std::vector<std::string> arguments{"/usr/sbin/pgbouncer", (folder_ / "ini").string()};
    if (::geteuid() == 0) arguments.insert(arguments.begin(), {"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"});
    RunOptions options;
    options.folder = "/";
    process_.emplace(arguments.front(), std::vector<std::string>(arguments.begin() + 1, arguments.end()), options);
    if (!process_->wait_for_output("process up")) throw std::runtime_error("pgbouncer does not start: " + process_->err_so_far());
  }
  ~Pool() {
    process_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::string url(const std::string& database) const {
    return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + database;
  }

 private:
  std::filesystem::path folder_;
  int port_;
  std::optional<Background> process_;
};

TEST(PoolDaemon, TakesItsClientsToTheNewDatabaseUnderTheOldName) {
  TestDatabase database;
  Stage stage{database};
  stage.make_before_and_after();
  const Pool pool(stage.url());
  const auto written_since = [&] {
    pg::Connection client(quiet_context(), pg::ConnectionInfo::parse(pool.url(stage.name())));
    return client.value_of("SELECT pg_catalog.to_regclass('public.written_since') IS NOT NULL");
  };
  EXPECT_EQ(written_since(), "t");
  pg::Connection stays(quiet_context(), pg::ConnectionInfo::parse(pool.url(stage.name())));
  EXPECT_EQ(stays.value_of("SELECT 1"), "1");
  const auto restored = stage.run("safety-restore", {"latest", "--yes"});
  ASSERT_EQ(restored.exit_code, 0) << restored;
  // The client's own connection to the pool lives on; the pool makes a new session behind it.
  std::string answer;
  for (int attempt = 0; attempt < 50 && answer.empty(); ++attempt) {
    try {
      answer = written_since();
    } catch (const Error&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  EXPECT_EQ(answer, "f");
  const auto undone = stage.run("safety-restore", {"--undo", "--yes"});
  EXPECT_EQ(undone.exit_code, 0) << undone;
}

}  // namespace
}  // namespace safety::testing
