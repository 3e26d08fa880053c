#pragma once
// Where the server is and how to log in, from a URL, a libpq string, or libpq's own variables.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libsafety/base/secret.hpp"

namespace safety::pg {

class ConnectionInfo {
 public:
  /// `text` is a postgresql:// URL, a libpq keyword string, or empty (then libpq's variables say everything).
  /// Parameters that only Prisma and other clients know (schema, connection_limit, pgbouncer ...) are dropped; which
  /// ones can be asked with dropped().
  /// Errors: usage on text that libpq cannot read; the text itself is never repeated, it may hold a password.
  static ConnectionInfo parse(std::string_view text);

  ConnectionInfo with_database(std::string name) const;
  /// With one of libpq's keywords set.
  ConnectionInfo with(const std::string& keyword, std::string value) const;
  /// As given, or what libpq would use: PGDATABASE, else the user's name.
  std::string database() const;
  /// "postgresql://user@host:port/database" for messages: no password.
  std::string display() const;
  /// PGHOST, PGPASSWORD ...: for programs we start, so that nothing secret stands in their arguments.
  std::map<std::string, std::string> environment() const;
  const std::vector<std::string>& dropped() const noexcept { return dropped_; }
  /// "postgresql://user:password@host:port/database?..." for a DATABASE_URL of programs we start: with the password, so it
  /// goes into their environment and nowhere else. A unix socket's folder stands in ?host=, as Prisma, node-postgres and
  /// libpq read it. What parse() dropped is in it again.
  std::string url() const;
  /// Keyword and value pairs as PQconnectdbParams takes them.
  const std::map<std::string, std::string>& parameters() const noexcept { return parameters_; }

 private:
  std::map<std::string, std::string> parameters_;
  std::vector<std::string> dropped_;
  std::vector<std::string> dropped_pairs_;  // "schema=public", as they stood in the URL
};

}  // namespace safety::pg
