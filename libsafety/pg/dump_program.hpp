#pragma once
// Which pg_dump and pg_restore to run: the oldest major version that is not older than the server.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"

namespace safety::pg {

struct ClientProgram {
  std::filesystem::path path;
  std::string version;  // "15.18"
  int version_num = 0;  // 150018
  /// When something else runs it where the server is (docker exec ...): `path` is that, these are its words, and what
  /// the connection's variables are there.
  std::string container = {};
  std::vector<std::string> prefix = {};
  std::map<std::string, std::string> environment = {};
  int major() const { return version_num / 10000; }
  /// "/usr/bin/pg_dump", or "pg_dump in container shop_db_1".
  std::string where() const;
};

/// Every pg_dump (or pg_restore) there is: in SAFETY_PG_BIN alone when that is set, else on PATH and in the folders
/// where distributions put them. Sorted by version.
std::vector<ClientProgram> find_client_programs(const Context& context, const std::string& name);

/// Errors: version when none is new enough, naming both versions and the package to install.
ClientProgram choose_client_program(const Context& context, const std::string& name, int server_version_num);

/// "15.18 (Debian 15.18-0+deb12u1)" or "pg_dump (PostgreSQL) 15.18 (...)" to 150018; 0 when there is no number.
int parse_version_num(std::string_view text);

}  // namespace safety::pg
