#pragma once
// An incident: a migration that went through and was wrong, with a checkpoint from before, a service that runs, and rows that
// were written since.

#include <fmt/format.h>

#include "tests/deploy/project_stage.hpp"

namespace safety::testing {

inline constexpr const char* kProvince = "20260213120000_add_province_to_location";
inline constexpr const char* kDropLogs = "20260213143000_drop_email_logs";
inline constexpr const char* kDropConfidence = "20260214090000_drop_confidence";

class IncidentStage {
 public:
  explicit IncidentStage(const std::string& name = {}, const std::vector<std::string>& commands = {"npx prisma migrate deploy", "npx drizzle-kit push"})
      : stage(name) {
    stage.configure(commands, services());
    std::filesystem::permissions(stage.folder() / "safety.toml", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    note_before();
  }
  /// A table, a column with values and a column that is added: three migrations, through safety-deploy.
  void add_wrong_migrations() {
    stage.lay_over("drop_table");
    stage.lay_over("add_nullable_field");
    write_text(stage.project() / "prisma/migrations" / kDropConfidence / "migration.sql", "ALTER TABLE \"locations\" DROP COLUMN \"geocode_confidence\";\n");
  }
  ToolRun deploy(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--yes", "--no-rehearsal", "--allow-loss", "--json"});
    const auto looked = stage.run("safety-preflight", {"--json"});
    for (const auto& finding : looked.last_json["findings"])
      if (finding["severity"] == "error") more.insert(more.end(), {"--allow", finding["rule"]});
    return stage.run("safety-deploy", more);
  }
  ToolRun roll_back(std::vector<std::string> arguments = {"--last"}) const {
    arguments.insert(arguments.end(), {"--yes", "--json"});
    return stage.run("safety-rollback", arguments);
  }
  void note_before() {
    schema_before = stage.schema();
    dropped_before = dropped_values();
  }
  /// As a service would; `locations` has another shape by then.
  void write_rows(const std::string& mark) const {
    stage.database().execute(fmt::format(
        "INSERT INTO users (id, email, password_hash, updated_at) VALUES ('{0}', '{0}@example.org', 'x', now());"
        "UPDATE users SET phone = '{0}' WHERE id = (SELECT min(id) FROM users WHERE id <> '{0}');"
        "INSERT INTO locations (id, address, latitude, longitude, updated_at) VALUES ('{0}', 'street of {0}', 1, 2, now());"
        "UPDATE locations SET building_notes = '{0}' WHERE id = (SELECT min(id) FROM locations WHERE id <> '{0}')", mark));
  }
  void expect_rows(const std::string& mark) const {
    EXPECT_EQ(stage.value(fmt::format("SELECT (SELECT count(*) FROM users WHERE id = '{0}' OR phone = '{0}') || ' ' || (SELECT count(*) FROM locations WHERE id = '{0}' OR building_notes = '{0}')", mark)), "2 2");
  }
  /// Of what the migrations drop.
  std::string dropped_values() const {
    return stage.value("SELECT (SELECT md5(string_agg(id || coalesce(geocode_confidence, '-'), ',' ORDER BY id)) FROM locations WHERE address NOT LIKE 'street of%') || ' ' || "
                       "(SELECT count(*) || md5(string_agg(e::text, ',' ORDER BY id)) FROM email_logs e)");
  }
  void expect_back() const {
    EXPECT_EQ(stage.schema(), schema_before);
    EXPECT_EQ(dropped_values(), dropped_before);
  }
  void expect_nothing_pending() const {
    const auto status = stage.prisma({"migrate", "status"});
    EXPECT_EQ(status.exit_code, 0) << status;
    EXPECT_THAT(status.out, ::testing::HasSubstr("Database schema is up to date!"));
    const auto deployed = stage.prisma({"migrate", "deploy"});
    EXPECT_EQ(deployed.exit_code, 0) << deployed;
    EXPECT_THAT(deployed.out, ::testing::HasSubstr("No pending migrations to apply"));
  }
  std::filesystem::path folder_of(const std::string& migration, bool is_aside) const {
    return stage.project() / (is_aside ? "prisma/migrations_rolled_back" : "prisma/migrations") / migration;
  }
  bool is_running() const { return read_text(stage.folder() / "api.state").starts_with("running"); }
  std::string service_log() const { return read_text(stage.folder() / "api.log"); }
  void forget_services() const { write_text(stage.folder() / "api.log", ""); }
  std::vector<std::string> beside(const std::string& kind) const { return list_databases(stage.database().name() + "__" + kind); }
  /// Definitions, rows and histories of all of it.
  std::string content() const { return stage.schema() + stage.prisma_content() + stage.drizzle_content(); }

  ProjectStage stage;
  std::string schema_before, dropped_before;

 private:
  std::string services() const {
    const auto state = (stage.folder() / "api.state").string(), log = (stage.folder() / "api.log").string();
    write_text(state, "running\n");
    forget_services();
    return fmt::format("\n[services]\norder = [\"api\"]\npreset = \"command\"\nstop_timeout = \"2s\"\nhealth_timeout = \"2s\"\n"
                       "stop = \"echo stop >>{1}; echo stopped >{0}\"\nstart = \"echo start >>{1}; echo running >{0}\"\nstate = \"grep -q running {0} || exit 3\"\n", state, log);
  }
};

}  // namespace safety::testing
