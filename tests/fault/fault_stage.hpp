#pragma once
// What the fault suites share: a small database with one of everything, its content as a text to compare, and the tools
// run over it with a fault in their way.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/pg/quote.hpp"
#include "tests/testing/testing.hpp"

namespace safety::testing {

/// Keys in both directions, an index, a sequence, a large object, a partitioned table, a view: everything an order of
/// restoring can get wrong, in little.
inline constexpr const char* kStageSchema = R"(
CREATE TYPE mood AS ENUM ('calm', 'storm');
CREATE TABLE owners (id serial PRIMARY KEY, name text NOT NULL UNIQUE, mood mood DEFAULT 'calm');
CREATE TABLE items (id bigserial PRIMARY KEY, owner_id int NOT NULL REFERENCES owners, price numeric(10,2), body text);
CREATE INDEX items_owner ON items (owner_id);
CREATE TABLE events (at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
CREATE TABLE events_new PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2040-01-01');
CREATE VIEW rich AS SELECT o.name, sum(i.price) AS total FROM owners o JOIN items i ON i.owner_id = o.id GROUP BY 1;
INSERT INTO owners (name) SELECT 'owner ' || n FROM generate_series(1, 200) n;
INSERT INTO items (owner_id, price, body) SELECT 1 + n % 200, n / 7.0, repeat(md5(n::text), 3) FROM generate_series(1, 3000) n;
INSERT INTO events SELECT date '2010-01-01' + n * 7, E'tab\tand \\. ' || n FROM generate_series(1, 800) n;
SELECT lo_from_bytea(4711, decode(repeat('00ff5c', 500), 'hex'));
)";

/// Turns the content that was backed up into the content "before" the restore.
inline constexpr const char* kDamage = R"(
DROP VIEW rich;
UPDATE items SET price = price + 1, body = 'damaged' WHERE id % 3 = 0;
DELETE FROM events WHERE at < '2011-01-01';
CREATE TABLE written_since (id int PRIMARY KEY, note text);
INSERT INTO written_since SELECT n, 'new row ' || n FROM generate_series(1, 50) n;
SELECT lo_unlink(4711);
)";

inline constexpr const char* kListContent = R"(
SELECT string_agg(line, E'\n' ORDER BY line) FROM (
  SELECT format('relation %s %s %s', c.relkind, c.oid::regclass, pg_get_userbyid(c.relowner)) AS line FROM pg_class c JOIN pg_namespace n
    ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'safety')
  UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k
    JOIN pg_namespace n ON n.oid = k.connamespace WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'safety')
  UNION ALL SELECT format('sequence %s.%s %s', schemaname, sequencename, last_value) FROM pg_sequences WHERE schemaname <> 'safety'
  UNION ALL SELECT format('large object %s %s', oid, md5(lo_get(oid))) FROM pg_largeobject_metadata
) lines)";

inline constexpr const char* kListProperties = R"(
SELECT format('owner %s, limit %s, connect %s, template %s, acl %s, comment %s, settings %s', pg_get_userbyid(datdba), datconnlimit, datallowconn,
       datistemplate, (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(datacl) a), shobj_description(d.oid, 'pg_database'),
       (SELECT string_agg(s.setrole::regrole::text || s.setconfig::text, ';' ORDER BY s.setrole) FROM pg_db_role_setting s WHERE s.setdatabase = d.oid))
FROM pg_database d WHERE datname = current_database())";

/// Everything that a restore could lose, as text.
inline std::string content_of(const std::string& url) {
  pg::Connection connection(quiet_context(), pg::ConnectionInfo::parse(url));
  pg::use_dump_settings(connection);
  connection.execute("SET search_path = pg_catalog; SET work_mem = '64MB'");  // no sort on a disk that is full
  auto text = connection.value_of(kListProperties) + "\n" + connection.value_of(kListContent);
  const auto tables = connection.execute(
      "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') "
      "AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'safety') ORDER BY 1, 2");
  for (int row = 0; row < tables.rows(); ++row) {
    const auto name = pg::quote_qualified(tables.value(row, 0), tables.value(row, 1));
    text += "\ntable " + name + " " +
            connection.value_of("SELECT count(*) || ' ' || COALESCE(md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE \"C\")), '') FROM ONLY " +
                                name + " t");
  }
  return text;
}

/// The programs themselves, past any wrapper: each run of a tool asks for their versions.
inline std::string server_programs() {
  static const std::string folder = [] {
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", error))
      if (std::filesystem::exists(entry.path() / "bin/pg_dump")) found.push_back((entry.path() / "bin").string());
    return found.empty() ? std::string() : *std::max_element(found.begin(), found.end());
  }();
  return folder;
}

class Stage {
 public:
  explicit Stage(const TestDatabase& database) : Stage(database.url(), database.name()) { make(); }
  /// In a cluster of the test's own.
  Stage(std::string url, std::string name) : url_(std::move(url)), name_(std::move(name)) {}

  void make() {
    run_sql(kStageSchema);
    const auto quoted = pg::quote_identifier(name_);
    run_sql("ALTER DATABASE " + quoted + " SET statement_timeout = '77s'; ALTER DATABASE " + quoted +
            " CONNECTION LIMIT 42; COMMENT ON DATABASE " + quoted + " IS 'precious'; GRANT TEMPORARY ON DATABASE " + quoted + " TO PUBLIC");
  }
  /// Backs up, notes the content, damages, notes it again.
  void make_before_and_after() {
    const auto backup = run("safety-backup", {"--json"});
    if (backup.exit_code != 0) throw std::runtime_error("the first backup failed: " + backup.err);
    checkpoint_ = backup.last_json["id"];
    after_ = content();
    run_sql(kDamage);
    before_ = content();
  }
  /// From "after" to "before" again.
  void damage_again() {
    run_sql(kDamage);
    ASSERT_EQ(content(), before_);
  }

  ToolRun run(const std::string& tool, const std::vector<std::string>& arguments, const std::string& fault = "") const {
    return start(tool, arguments, fault).wait();
  }
  Background start(const std::string& tool, const std::vector<std::string>& arguments, const std::string& fault = "") const {
    auto environment = environment_;  // what a test set wins
    environment.emplace("DATABASE_URL", url_);
    environment.emplace("SAFETY_BACKUP_DIR", folder().string());
    if (!server_programs().empty()) environment.emplace("SAFETY_PG_BIN", server_programs());
    if (!fault.empty()) environment["SAFETY_FAULT"] = fault;
    return start_tool(tool, arguments, environment);
  }
  /// The server notices only after a moment that the process behind a lock was killed.
  ToolRun run_when_unlocked(const std::string& tool, const std::vector<std::string>& arguments, const std::string& fault = "") const {
    const Stopwatch watch;
    for (;;) {
      auto result = run(tool, arguments, fault);
      if (result.exit_code != 9 || watch.seconds() > 10) return result;
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
    }
  }
  /// How many fault points a run passes.
  int count_points(const std::string& tool, const std::vector<std::string>& arguments) const {
    const auto file = scratch_ / "points";
    std::filesystem::remove(file);
    const auto result = run(tool, arguments, "count:" + file.string());
    EXPECT_EQ(result.exit_code, 0) << result;
    const auto text = read_text(file);
    return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }

  void run_sql(const std::string& sql) const { pg::Connection(quiet_context(), pg::ConnectionInfo::parse(url_)).execute(sql); }
  std::string content() const { return content_of(url_); }
  const std::string& before() const { return before_; }
  const std::string& after() const { return after_; }
  const std::string& checkpoint() const { return checkpoint_; }
  const std::string& url() const { return url_; }
  const std::string& name() const { return name_; }
  std::filesystem::path folder() const { return scratch_ / "backups"; }
  Environment& environment() { return environment_; }
  std::filesystem::path scratch() const { return scratch_.path(); }

  std::vector<std::string> databases_beside(const std::string& kind) const {
    auto admin = admin_of_cluster();
    const auto rows = admin.query("SELECT datname FROM pg_database WHERE starts_with(datname, $1) ORDER BY 1", {name_ + "__" + kind});
    std::vector<std::string> names;
    for (int row = 0; row < rows.rows(); ++row) names.push_back(rows.text(row, 0));
    return names;
  }
  void drop(const std::vector<std::string>& databases) const {
    auto admin = admin_of_cluster();
    for (const auto& database : databases) admin.execute("DROP DATABASE IF EXISTS " + pg::quote_identifier(database) + " WITH (FORCE)");
  }
  pg::Connection admin_of_cluster() const {
    return pg::Connection(quiet_context(), pg::ConnectionInfo::parse(url_).with_database("postgres"));
  }

  /// Files that have a final name but are no whole archives, and what is left half-written.
  void expect_only_whole_archives() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      if (!entry.path().string().ends_with(".sql.zst")) continue;
      const auto verified = run("safety-verify", {entry.path().string(), "--proof", "L2"});
      EXPECT_EQ(verified.exit_code, 0) << entry.path() << verified;
    }
  }
  std::set<std::string> files_ending(const std::string& ending) const {
    std::set<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder(), error))
      if (entry.path().string().ends_with(ending)) names.insert(entry.path().filename().string());
    return names;
  }
  /// safety-doctor's half-done line: "" when there is none.
  std::string half_done_work() const {
    const auto doctor = run("safety-doctor", {"--json"});
    if (doctor.last_json.is_null()) return "safety-doctor said nothing: " + doctor.err;
    for (const auto& check : doctor.last_json["checks"])
      if (check["name"] == "half-done work" && check["state"] == "FAILED") {
        EXPECT_EQ(doctor.exit_code, 1);
        EXPECT_THAT(std::string(check["hint"]), ::testing::HasSubstr("--resume"));
        return check["detail"];
      }
    return "";
  }

 private:
  TempFolder scratch_;
  std::string url_, name_, before_, after_, checkpoint_;
  Environment environment_;
};

/// Exit 14, naming what is unfinished and both ways out.
inline void expect_refusal_of_unfinished(const ToolRun& run) {
  EXPECT_EQ(run.exit_code, 14) << run;
  EXPECT_THAT(run.err, ::testing::AllOf(::testing::HasSubstr("an earlier run is unfinished: restore_"), ::testing::HasSubstr("hint: "),
                                        ::testing::HasSubstr("--resume"), ::testing::HasSubstr("--abort")));
}

}  // namespace safety::testing
