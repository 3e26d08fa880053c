#pragma once
// The disk that the server keeps its databases on, as far as it can be seen from here.

#include <cstdint>
#include <optional>

#include "libsafety/pg/connection.hpp"

namespace safety::transfer {

/// Bytes free where a database lies: in the data folder, or in the tablespace of that name. nullopt when the server is
/// on another machine, or the role may not know where its data lies.
std::optional<std::uint64_t> free_bytes_of_server(pg::Connection& connection,
                                                  const std::string& tablespace = "pg_default");

}  // namespace safety::transfer
