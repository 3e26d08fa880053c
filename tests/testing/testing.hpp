#pragma once
// What tests share: a throw-away cluster, a database per test, running programs, comparing databases.
//
// Set-up that fails throws std::runtime_error, which GoogleTest reports as the test's failure. Nothing here is a mock:
// databases are PostgreSQL's, programs are started for real.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/base/event.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety {

/// GoogleTest shows codes by name.
inline void PrintTo(Code code, std::ostream* out) {
  *out << name_of(code) << " (" << static_cast<int>(code) << ")";
}

}  // namespace safety

namespace safety::testing {

// ---- context

/// Keeps every event.
class CollectingSink final : public Sink {
 public:
  void on(const Event& event) override;
  std::vector<Event> events() const;
  /// The texts of one kind, in order (of phases: their names).
  std::vector<std::string> texts(Event::Kind kind) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Event> events_;
};

/// A sink to look into, a stop to request, and the Context over both.
struct TestContext {
  CollectingSink sink;
  std::stop_source stop;
  Context context{sink, stop.get_token()};
  operator const Context&() const { return context; }  // NOLINT: passed wherever a Context is wanted
};

/// A context that hears nothing and never stops, for the whole process.
const Context& quiet_context();

/// The Error that `act` throws; a failure of the test, and an Error of code success, when it throws none.
template <typename Act>
Error error_of(Act act) {
  try {
    act();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no safety::Error was thrown";
  return Error(Code::success, "nothing was thrown");
}

// ---- files

/// A folder of mode 0700 with a short path, removed with its content.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }
  /// Names of what is in it (not below), sorted.
  std::vector<std::string> names() const;

 private:
  std::filesystem::path path_;
};

/// A path of the source tree: source_path("tests/odd/types.sql").
std::filesystem::path source_path(const std::filesystem::path& relative);
std::string read_text(const std::filesystem::path& path);
/// Makes the folders above it, too.
void write_text(const std::filesystem::path& path, std::string_view text);
/// Writes a shell script (the shebang is added) that may be executed.
void write_script(const std::filesystem::path& path, std::string_view body);

// ---- programs

using Environment = std::map<std::string, std::string>;

struct RunOptions {
  /// Nothing but PATH, HOME, TMPDIR, LANG, the sanitizers' own options and these reaches the program.
  Environment environment;
  std::filesystem::path folder;  // working directory; empty: a folder without any file
  std::filesystem::path input;   // standard input; empty: /dev/null
  std::chrono::seconds time_limit{300};
};

struct ToolRun {
  int exit_code = 0;  // 128 + signal when it died of one
  std::string out, err;
  nlohmann::json last_json;  // the last line of `out` when that is JSON, else null
  double seconds = 0;
  /// Everything, for `EXPECT_EQ(run.exit_code, 0) << run;`
  friend std::ostream& operator<<(std::ostream& stream, const ToolRun& run);
};

/// A program that runs beside the test. The destructor ends it, and its process group, with SIGKILL.
class Background {
 public:
  /// `program` is a path, or a name looked up on PATH.
  Background(const std::filesystem::path& program, const std::vector<std::string>& arguments,
             const RunOptions& options = {});
  Background(Background&&) noexcept;
  ~Background();
  pid_t pid() const;
  bool is_running();
  /// To the program alone, not to its children.
  void send_signal(int number);
  /// Waits for the end. Past the time limit of its options: kills its process group and throws.
  ToolRun wait();
  std::string out_so_far() const;
  std::string err_so_far() const;
  /// Waits until standard output or error holds the text; false when the program ended or 60 s passed before that.
  bool wait_for_output(std::string_view text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

ToolRun run_program(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                    const RunOptions& options = {});

/// A second main of this test program, for what a process does only once (SAFETY_FAULT is read once, signals belong to
/// the whole process). Define it at namespace scope: run() starts this program again, which then does `act` instead of
/// tests.
class ChildProgram {
 public:
  /// `act` returns the exit code; a safety::Error ends it with that error's code.
  ChildProgram(std::string name, int (*act)());
  ToolRun run(Environment environment = {}) const;

 private:
  std::string name_;
};

/// The tools as they were built beside this test: tool_path("safety-backup").
std::filesystem::path tool_path(const std::string& name);
ToolRun run_tool(const std::string& name, const std::vector<std::string>& arguments,
                 const Environment& environment = {}, RunOptions options = {});
Background start_tool(const std::string& name, const std::vector<std::string>& arguments,
                      const Environment& environment = {}, RunOptions options = {});

// ---- servers and databases

/// A server of the test's own, for tests that kill it or configure it. Starts in about a second.
class OwnCluster {
 public:
  /// `settings` as postgresql.conf takes them: {"max_connections=10"}.
  explicit OwnCluster(const std::vector<std::string>& settings = {});
  ~OwnCluster();
  OwnCluster(const OwnCluster&) = delete;
  OwnCluster& operator=(const OwnCluster&) = delete;
  std::string url(std::string_view database, std::string_view user = "postgres") const;
  const std::string& socket_folder() const noexcept { return socket_folder_; }
  std::filesystem::path data_folder() const;
  pid_t postmaster_pid() const;

 private:
  TempFolder folder_;
  std::string socket_folder_;
  pid_t owner_;
};

/// "postgresql:///NAME?host=...&user=..." at the cluster that all tests share: that of SAFETY_TEST_CLUSTER (ctest
/// starts it), else one of this process, made on first use and gone at exit.
std::string connection_url(std::string_view database, std::string_view user = "postgres");
pg::ConnectionInfo connection_info(std::string_view database, std::string_view user = "postgres");
/// A superuser's session in database "postgres" of that cluster.
pg::Connection admin_connection();
/// Every byte that is not a letter or digit as %XX.
std::string percent_encode(std::string_view text);

/// Names of databases of the shared cluster that begin with `prefix`, sorted.
std::vector<std::string> list_databases(std::string_view prefix);

/// An empty database for one test. At the end it is dropped, with all that were derived from it (`<name>__...`).
class TestDatabase {
 public:
  /// `create_options` follow CREATE DATABASE name: "ENCODING 'LATIN1' LOCALE 'C'". The template is template0 unless
  /// they name one.
  explicit TestDatabase(std::string_view create_options = {});
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  const std::string& name() const noexcept { return name_; }
  std::string url() const { return connection_url(name_); }
  pg::ConnectionInfo info() const { return connection_info(name_); }
  pg::Connection connect() const;
  /// In a session of its own, ended before it returns.
  void execute(const std::string& sql) const;
  /// First column of the first row.
  std::string value(const std::string& sql) const;
  /// psql -X -v ON_ERROR_STOP=1 -f path. Throws with psql's words.
  void run_psql_file(const std::filesystem::path& path) const;
  /// The demo stack: 33 tables of two services and Prisma's history; 250,000 rows at scale 1.
  void load_demo(double scale = 0.05) const;

 private:
  std::string name_;
};

/// A role for one test, dropped with all it owns in the shared cluster's databases that still exist at the end: make it
/// before the TestDatabase, so that it goes after it.
class TestRole {
 public:
  explicit TestRole(std::string_view options = "LOGIN");
  ~TestRole();
  TestRole(const TestRole&) = delete;
  TestRole& operator=(const TestRole&) = delete;
  const std::string& name() const noexcept { return name_; }

 private:
  std::string name_;
};

/// One file of tests/odd with the directives at its top.
struct OddFile {
  std::string name;  // "types"
  std::filesystem::path path;
  std::string create_options;
  std::vector<std::string> stock_exceptions;  // parts that pg_dump | psql cannot keep
  bool is_slow = false, needs_extension = false;
};
std::vector<OddFile> odd_files();
OddFile odd_file(std::string_view name);

/// Fails the test with the differences unless both hold the same (tests/odd/compare-databases). `exceptions` are parts
/// to leave out: "1-database".
void expect_equal_databases(const std::string& url_a, const std::string& url_b,
                            const std::vector<std::string>& exceptions = {});

}  // namespace safety::testing
