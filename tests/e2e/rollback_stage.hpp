#pragma once
// A small database with a checkpoint, a migration after it and rows written since, for safety-rollback.

#include "tests/e2e/bad_input_stage.hpp"
#include "tests/e2e/workbench.hpp"

namespace safety::testing {

class RollbackTool : public ::testing::Test {
 protected:
  static constexpr const char* kSchema =
      "CREATE TABLE accounts (id serial PRIMARY KEY, name text NOT NULL, phone text);"
      "INSERT INTO accounts (name, phone) SELECT 'account ' || n, '555-' || n FROM generate_series(1, 50) n;"
      "CREATE TABLE orders (id serial PRIMARY KEY, account_id int REFERENCES accounts, total numeric);"
      "INSERT INTO orders (account_id, total) SELECT 1 + n % 50, n FROM generate_series(1, 200) n;";
  static constexpr const char* kMigration = "ALTER TABLE accounts DROP COLUMN phone, ADD COLUMN mail text; DROP TABLE orders;";
  static constexpr const char* kSince = "INSERT INTO accounts (name, mail) VALUES ('since', 's@example.org'); UPDATE accounts SET name = 'changed' WHERE id = 7;";

  TestDatabase database;
  Workbench bench;

  std::string url() const { return database.url(); }
  /// Its id. With a clone unless the arguments say otherwise.
  std::string checkpoint(const std::vector<std::string>& arguments = {"--clone"}) const {
    const auto made = bench.run("safety-backup", url(), arguments);
    if (made.exit_code != 0) throw std::runtime_error("no checkpoint was made: " + made.err);
    return made.last_json["id"];
  }
  /// Everything at once: the id.
  std::string stage(const std::vector<std::string>& arguments = {"--clone"}) const {
    database.execute(kSchema);
    auto id = checkpoint(arguments);
    database.execute(kMigration);
    database.execute(kSince);
    return id;
  }
  ToolRun run(std::vector<std::string> arguments) const { return bench.run("safety-rollback", url(), std::move(arguments)); }
  ToolRun roll_back(std::vector<std::string> arguments = {"--last"}) const {
    arguments.emplace_back("--yes");
    return run(std::move(arguments));
  }
  std::string content() const { return content_of(url()); }
  /// The definitions, without the toolkit's own.
  std::string schema() const {
    const auto dump = run_program("pg_dump", {"--schema-only", "--exclude-schema=safety", "--exclude-schema=safety_lost", url()});
    EXPECT_EQ(dump.exit_code, 0) << dump;
    std::string kept;
    for (const auto& line : split_lines(dump.out))
      if (line.find("restrict ") == std::string::npos) kept += line + "\n";
    return kept;
  }
  std::vector<std::string> beside(const std::string& kind) const { return list_databases(database.name() + "__" + kind); }
  void drop_clones() const {
    auto admin = admin_connection();
    for (const auto& name : beside("clone")) admin.execute("ALTER DATABASE " + pg::quote_identifier(name) + " IS_TEMPLATE false; ");
    for (const auto& name : beside("clone")) admin.execute("DROP DATABASE " + pg::quote_identifier(name) + " WITH (FORCE)");
  }
  /// Values of before are back, rows written since are there.
  void expect_undone() const {
    EXPECT_EQ(database.value("SELECT count(*) FROM accounts WHERE phone = '555-' || id"), "50");
    EXPECT_EQ(database.value("SELECT count(*) FROM orders"), "200");
    EXPECT_EQ(database.value("SELECT count(*) FROM accounts WHERE name IN ('since', 'changed')"), "2");
    EXPECT_EQ(database.value("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'mail'"), "0");
    expect_nothing_beside();
  }
  void expect_nothing_beside() const {
    for (const char* kind : {"rehearsal", "staging", "proof"}) EXPECT_THAT(beside(kind), ::testing::IsEmpty());
  }
};

}  // namespace safety::testing
