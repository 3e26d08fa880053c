#pragma once
// What the end-to-end tests share: a backup folder, and the tools pointed at it and at a database.

#include <filesystem>
#include <string>
#include <vector>

#include "tests/testing/testing.hpp"

namespace safety::testing {

/// A backup folder. Tools get it and the database in the environment only, as a deployment would do it.
class Workbench {
 public:
  const std::filesystem::path& folder() const noexcept { return folder_.path(); }
  std::filesystem::path file(const std::string& name) const { return folder_ / name; }

  Environment environment(const std::string& url) const {
    return {{"DATABASE_URL", url}, {"SAFETY_BACKUP_DIR", folder_.path().string()}};
  }
  ToolRun run(const std::string& tool, const std::string& url, std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    return run_tool(tool, arguments, environment(url));
  }
  /// Path of the new archive. Throws when there is none.
  std::filesystem::path backup(const std::string& url, const std::vector<std::string>& arguments = {}) const {
    const auto done = run("safety-backup", url, arguments);
    EXPECT_EQ(done.exit_code, 0) << done;
    if (done.exit_code != 0 || !done.last_json.contains("path")) throw std::runtime_error("no backup was made");
    return done.last_json["path"].get<std::string>();
  }
  ToolRun restore(const std::string& url, const std::vector<std::string>& arguments) const { return run("safety-restore", url, arguments); }

 private:
  TempFolder folder_;
};

/// What follows CREATE DATABASE name TEMPLATE template0.
inline std::string options_of(const OddFile& odd) {
  auto options = odd.create_options;
  if (const auto found = options.find("TEMPLATE template0"); found != std::string::npos) options.erase(found, 18);
  return options;
}

/// Loads an odd file. One at a time in the cluster: the files share roles and a tablespace, and tests run side by side.
inline void load_odd(const OddFile& odd, const TestDatabase& database) {
  auto admin = admin_connection();
  admin.execute("SELECT pg_catalog.pg_advisory_lock(7263001)");
  if (odd.needs_extension && admin.value_of("SELECT count(*) FROM pg_available_extensions WHERE name = 'safety_odd'") == "0") {
    const auto copied = run_program("sh", {"-c", "cp \"$0\"/* \"$(pg_config --sharedir)/extension/\"", source_path("tests/odd/extension").string()});
    if (copied.exit_code != 0) throw std::runtime_error("extension safety_odd cannot be installed: " + copied.err);
  }
  database.run_psql_file(odd.path);
}

/// Relations, schemas, types, functions and large objects that somebody made in the database.
inline std::string user_objects(const std::string& url) {
  pg::Connection connection(quiet_context(), pg::ConnectionInfo::parse(url));
  return connection.value_of(
      "SELECT (SELECT count(*) FROM pg_catalog.pg_class WHERE oid >= 16384) || ' relations, ' || "
      "(SELECT count(*) FROM pg_catalog.pg_namespace WHERE oid >= 16384) || ' schemas, ' || "
      "(SELECT count(*) FROM pg_catalog.pg_type WHERE oid >= 16384) || ' types, ' || "
      "(SELECT count(*) FROM pg_catalog.pg_proc WHERE oid >= 16384) || ' functions, ' || "
      "(SELECT count(*) FROM pg_catalog.pg_largeobject_metadata) || ' large objects'");
}
inline constexpr const char* kNoObjects = "0 relations, 0 schemas, 0 types, 0 functions, 0 large objects";

/// The shell command that turns an archive into text.
inline std::string decompressor_of(const std::filesystem::path& archive) {
  const auto extension = archive.extension();
  return extension == ".zst" ? "zstdcat" : extension == ".gz" ? "zcat" : "cat";
}

/// The archive, or what `cutter` ("head -c 100") leaves of it, through the stock decompressor into stock psql.
inline ToolRun restore_by_stock_tools(const std::filesystem::path& archive, const std::string& url, std::string cutter = "cat") {
  return run_program("bash", {"-c", "set -o pipefail; " + std::move(cutter) + " < \"$0\" | " + decompressor_of(archive) +
                                        " | psql -X -q -v ON_ERROR_STOP=1 -d \"$1\"", archive.string(), url});
}

}  // namespace safety::testing
