#pragma once
// The container that a PostgreSQL server runs in: found, so that its own pg_dump can be run there and so that it can be
// reached when its port is not published. Without Docker there is none, which is no error.

#include <optional>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/pg/dump_program.hpp"

namespace safety::services {

struct DatabaseContainer {
  std::string id, name;
  std::string address;  // in its first network; empty: it has none of its own
  int port = 5432;      // inside
};

/// `named` is a container's name or id, or a Compose service; empty: the container whose published port, address, name or
/// service the connection names. Errors: command_failed when one was named and does not run.
std::optional<DatabaseContainer> find_database_container(const Context& context, const std::string& named, const pg::ConnectionInfo& info);

/// The connection as it is when it can be reached from here as it stands; else by the container's address (a host that is
/// a Compose service's name, or a container that was named and publishes no port).
pg::ConnectionInfo reach(const Context& context, const pg::ConnectionInfo& info, const std::string& named);

/// A pg_dump for the server: one that is installed here, else the one in the database's container.
/// Errors: version when neither is new enough.
pg::ClientProgram choose_dump_program(const Context& context, const pg::ConnectionInfo& info, const std::string& named, int server_version_num);

/// From what `docker inspect` prints: a list of containers. Which one is the connection's; see find_database_container.
std::optional<DatabaseContainer> choose_container(const std::string& inspected, const std::string& named, const std::string& host, const std::string& port);

}  // namespace safety::services
