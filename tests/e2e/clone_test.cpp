// safety-backup --clone: what the tools say and leave, seen from outside.
#include <sys/mount.h>

#include <thread>

#include "tests/fault/fault_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class CloneCheckpoint : public ::testing::Test {
 protected:
  /// The content of a closed clone.
  std::string content_of_clone(const std::string& name) const {
    auto admin = stage.admin_of_cluster();
    const auto quoted = pg::quote_identifier(name);
    admin.execute("ALTER DATABASE " + quoted + " ALLOW_CONNECTIONS true");
    auto content = content_of(connection_url(name));
    admin.execute("ALTER DATABASE " + quoted + " ALLOW_CONNECTIONS false");
    return content;
  }
  void expect_nothing_made() const {
    EXPECT_THAT(stage.databases_beside("clone"), IsEmpty());
    EXPECT_THAT(stage.files_ending(".json"), IsEmpty());
    EXPECT_THAT(stage.files_ending(".zst"), IsEmpty());
    EXPECT_THAT(stage.files_ending(".partial"), IsEmpty());
  }

  TestDatabase database;
  Stage stage{database};
};

TEST_F(CloneCheckpoint, IsOneStateInArchiveAndClone) {
  const auto content = stage.content();
  const auto run = stage.run("safety-backup", {"--clone", "--json", "--label", "both"});
  ASSERT_EQ(run.exit_code, 0) << run;
  const auto& clone = run.last_json["clone"];
  const std::string name = clone["database"];
  EXPECT_THAT(stage.databases_beside("clone"), ElementsAre(name));
  EXPECT_TRUE(name.starts_with(stage.name() + "__clone_"));
  EXPECT_GT(clone["seconds"], 0);
  EXPECT_GT(clone["bytes"], 1000000);
  EXPECT_EQ(clone["strategy"], "wal_log");
  EXPECT_EQ(run.last_json["database"], stage.name());
  stage.run_sql(kDamage);
  EXPECT_EQ(content_of_clone(name), content);

  // The archive speaks of the database, not of the clone that it was read from.
  const auto restored = stage.run(
      "safety-restore", {std::string(run.last_json["path"]), "--to", stage.name() + "__copy", "--proof", "L4"});
  ASSERT_EQ(restored.exit_code, 0) << restored;
  auto of_copy = content_of(connection_url(stage.name() + "__copy"));
  EXPECT_EQ(of_copy.substr(of_copy.find('\n')), content.substr(content.find('\n')));
  const auto record = nlohmann::json::parse(read_text(stage.folder() / (std::string(run.last_json["id"]) + ".json")));
  EXPECT_EQ(record["database"], stage.name());
  EXPECT_EQ(record["snapshot_time"], run.last_json["snapshot_time"]);
  EXPECT_EQ(record["clone"]["created"], record["snapshot_time"]);
  EXPECT_EQ(stage.run("safety-restore", {std::string(run.last_json["path"]), "--yes"}).exit_code, 0)
      << "it is of this database and server";
  EXPECT_EQ(stage.content(), content) << "with its properties";
}

TEST_F(CloneCheckpoint, CanBeACloneAlone) {
  stage.environment()["SAFETY_PG_BIN"] = "/nonexistent";  // no pg_dump is needed
  const auto run = stage.run("safety-backup", {"--clone", "--no-archive", "--json", "--label", "quick"});
  ASSERT_EQ(run.exit_code, 0) << run;
  const std::string id = run.last_json["id"];
  EXPECT_FALSE(run.last_json.contains("path"));
  EXPECT_EQ(run.last_json["proof"], "none");
  EXPECT_GT(run.last_json["tables"], 3);
  EXPECT_THAT(stage.files_ending(""), ElementsAre(id + ".json"));
  const auto list = stage.run("safety-list", {});
  EXPECT_THAT(list.out, HasSubstr(id));
  EXPECT_THAT(list.out, HasSubstr(" clone "));
  EXPECT_THAT(list.out, Not(HasSubstr("GONE")));

  const auto verified = stage.run("safety-verify", {id});
  EXPECT_EQ(verified.exit_code, 8) << verified;
  EXPECT_THAT(verified.err, HasSubstr("is a clone alone: it has no archive"));
  EXPECT_EQ(stage.run("safety-verify", {}).exit_code, 8) << "`latest` has nothing to verify";
  EXPECT_EQ(
      database.value("SELECT clone_database FROM safety.checkpoints WHERE id = '" + id + "' AND archive_file IS NULL"),
      std::string(run.last_json["clone"]["database"]));
  const auto doctor = stage.run("safety-doctor", {});
  EXPECT_THAT(doctor.out, HasSubstr("none has an archive"));
  EXPECT_THAT(doctor.out, HasSubstr("clones: " + std::string(run.last_json["clone"]["database"])));
}

TEST_F(CloneCheckpoint, IsNotMadeByADryRun) {
  const auto run = stage.run("safety-backup", {"--clone", "--dry-run"});
  ASSERT_EQ(run.exit_code, 0) << run;
  EXPECT_THAT(run.out, ::testing::AllOf(HasSubstr("clone: "), HasSubstr(" by wal_log, about "),
                                        HasSubstr("its sessions are ended"), HasSubstr("source: the clone"),
                                        HasSubstr("archive: ")));
  const auto alone = stage.run("safety-backup", {"--clone", "--no-archive", "--dry-run"});
  EXPECT_THAT(alone.out, HasSubstr("archive: none"));
  expect_nothing_made();
}

TEST_F(CloneCheckpoint, SaysWhatItWillTakeBeforeItBegins) {
  const auto first = stage.run("safety-backup", {"--clone"});
  ASSERT_EQ(first.exit_code, 0) << first;
  EXPECT_THAT(first.err, HasSubstr("note: clone: "));
  // The newest clone's own pace is what the next one is estimated by.
  const auto id = *stage.files_ending(".json").begin();
  auto record = nlohmann::json::parse(read_text(stage.folder() / id));
  record["clone"]["seconds"] = 3600;
  write_text(stage.folder() / id, record.dump());
  const auto planned = stage.run("safety-backup", {"--clone", "--dry-run"});
  EXPECT_THAT(planned.out, ::testing::ContainsRegex("about (59 min|1 h 0)")) << planned;
}

TEST_F(CloneCheckpoint, NeedsAnArchiveOrAClone) {
  const auto run = stage.run("safety-backup", {"--no-archive"});
  EXPECT_EQ(run.exit_code, 2) << run;
  EXPECT_THAT(run.err, HasSubstr("--no-archive goes with --clone"));
}

TEST_F(CloneCheckpoint, IsRefusedToARoleWithoutCreatedb) {
  const TestRole role;
  stage.run_sql("ALTER DATABASE " + stage.name() + " OWNER TO " + role.name() +
                "; GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + role.name() +
                "; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO " + role.name() +
                "; ALTER LARGE OBJECT 4711 OWNER TO " + role.name());
  stage.environment()["DATABASE_URL"] = connection_url(stage.name(), role.name());
  const auto run = stage.run("safety-backup", {"--clone"});
  EXPECT_EQ(run.exit_code, 19) << run;
  EXPECT_THAT(run.err, HasSubstr("ALTER ROLE \"" + role.name() + "\" CREATEDB"));
  expect_nothing_made();
  stage.admin_of_cluster().execute("ALTER ROLE " + role.name() + " CREATEDB");
  const auto allowed = stage.run("safety-backup", {"--clone"});
  EXPECT_EQ(allowed.exit_code, 0) << "and needs no more than that and ownership" << allowed;
  stage.environment().erase("DATABASE_URL");
  stage.drop(stage.databases_beside("clone"));
  stage.run_sql("REASSIGN OWNED BY " + role.name() + " TO CURRENT_USER; DROP OWNED BY " + role.name() +
                "; ALTER DATABASE " + stage.name() + " OWNER TO CURRENT_USER");
}

TEST_F(CloneCheckpoint, NamesASessionThatWillNotLeave) {
  const TestRole role("LOGIN CREATEDB");
  stage.run_sql("ALTER DATABASE " + stage.name() + " OWNER TO " + role.name());
  const auto superusers = database.connect();
  stage.environment()["DATABASE_URL"] = connection_url(stage.name(), role.name());
  const auto run = stage.run("safety-backup", {"--clone", "--no-archive"});
  EXPECT_EQ(run.exit_code, 9) << run;
  EXPECT_THAT(run.err, HasSubstr("session " + std::to_string(superusers.backend_pid()) + " of role postgres"));
  expect_nothing_made();
  stage.environment().erase("DATABASE_URL");
  stage.run_sql("ALTER DATABASE " + stage.name() + " OWNER TO CURRENT_USER");
}

TEST_F(CloneCheckpoint, IsRefusedWhereItDoesNotFit) {
  OwnCluster own({"shared_buffers=16MB", "max_connections=20"});
  const auto folder = std::filesystem::path(own.socket_folder()) / "disk";
  std::filesystem::create_directory(folder);
  if (::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=60m") != 0)
    GTEST_SKIP() << "mounting a small disk needs root and the right to mount";
  const std::shared_ptr<void> unmount(nullptr, [&](void*) { ::umount2(folder.c_str(), MNT_DETACH); });
  std::filesystem::create_directory(folder / "space");
  ASSERT_EQ(run_program("chown", {"postgres", (folder / "space").string()}).exit_code, 0);
  pg::Connection admin(quiet_context(), pg::ConnectionInfo::parse(own.url("postgres")));
  admin.execute("CREATE TABLESPACE small LOCATION " + pg::quote_literal((folder / "space").string()));
  admin.execute("CREATE DATABASE tight TEMPLATE template0 TABLESPACE small");
  Stage tight(own.url("tight"), "tight");
  tight.make();
  const auto run = tight.run("safety-backup", {"--clone"});
  EXPECT_EQ(run.exit_code, 20) << run;
  EXPECT_THAT(run.err,
              ::testing::AllOf(HasSubstr("the server's disk has "), HasSubstr("a clone of database \"tight\" needs "),
                               HasSubstr("safety-prune --databases")));
  EXPECT_THAT(tight.databases_beside("clone"), IsEmpty());
  EXPECT_THAT(tight.files_ending(".json"), IsEmpty());
}

TEST(CloneOfALongName, IsDistinctAndRecognised) {
  OwnCluster own({"shared_buffers=16MB", "max_connections=20"});
  pg::Connection admin(quiet_context(), pg::ConnectionInfo::parse(own.url("postgres")));
  const std::string common(60, 'n');
  for (const char* last : {"one", "two"}) {
    admin.execute("CREATE DATABASE " + common + last);
    Stage stage(own.url(common + last), common + last);
    stage.run_sql(std::string("CREATE TABLE of_") + last + " ()");
    const auto run = stage.run("safety-backup", {"--clone", "--no-archive", "--json"});
    ASSERT_EQ(run.exit_code, 0) << run;
    EXPECT_LE(std::string(run.last_json["clone"]["database"]).size(), 63U);
    const auto list = stage.run("safety-list", {"--databases", "--json"});
    ASSERT_THAT(list.last_json["databases"], SizeIs(1)) << list;
    EXPECT_EQ(list.last_json["databases"][0]["checkpoint"], run.last_json["id"]);
  }
  EXPECT_EQ(admin.value_of("SELECT count(*) FROM pg_database WHERE datname LIKE '%~%clone%'"), "2");
}

TEST_F(CloneCheckpoint, LetsClientsBackInThatReconnect) {
  std::atomic<bool> is_over{false};
  std::atomic<int> connected{0}, served_after{0};
  std::atomic<bool> is_after{false};
  std::vector<std::jthread> clients;
  for (int i = 0; i < 3; ++i)
    clients.emplace_back([&] {
      while (!is_over) {
        try {
          auto connection = database.connect();
          ++connected;
          while (!is_over) {
            connection.execute("UPDATE items SET price = price + 1 WHERE id = 1");
            if (is_after) ++served_after;
          }
        } catch (const Error&) {
        }
      }
    });
  while (connected < 3) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto run = stage.run("safety-backup", {"--clone", "--json"});
  is_after = true;
  EXPECT_EQ(run.exit_code, 0) << run;
  for (int round = 0; round < 500 && served_after < 20; ++round)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  is_over = true;
  clients.clear();
  EXPECT_GE(served_after, 20);
  EXPECT_EQ(stage.run("safety-verify", {"latest", "--proof", "L4"}).exit_code, 0)
      << "digests of the archive are the clone's own";
}

}  // namespace
}  // namespace safety::testing
