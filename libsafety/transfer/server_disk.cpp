#include "libsafety/transfer/server_disk.hpp"

#include <filesystem>

#include "libsafety/os/file.hpp"

namespace safety::transfer {

std::optional<std::uint64_t> free_bytes_of_server(pg::Connection& connection, const std::string& tablespace) {
  if (!connection.is_local()) return std::nullopt;
  std::string folder;
  try {
    folder = connection.value_of(
        "SELECT COALESCE((SELECT NULLIF(pg_catalog.pg_tablespace_location(oid), '') FROM pg_catalog.pg_tablespace "
        "WHERE spcname = $1), "
        "pg_catalog.current_setting('data_directory'))",
        {tablespace});
  } catch (const Interrupted&) {
    throw;
  } catch (const Error&) {  // an ordinary role may not see it
    if (connection.is_broken()) throw;
    return std::nullopt;
  }
  // A socket may lead into a container, or its path may be closed to us.
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return std::nullopt;
  return os::free_bytes(folder);
}

}  // namespace safety::transfer
