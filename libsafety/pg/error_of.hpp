#pragma once
// From what libpq reports to this project's Error: code by SQLSTATE, hint by what a person can do.

#include <string>
#include <string_view>

#include "libsafety/base/error.hpp"
#include "libsafety/pg/connection_info.hpp"

struct pg_result;

namespace safety::pg {

/// For a failed statement; `sql` is quoted in the detail, shortened.
Error server_error(const pg_result* result, std::string_view sql);
/// For a connection that was never had; `text` is libpq's message, which holds no password.
Error connect_error(const ConnectionInfo& info, std::string_view text);

}  // namespace safety::pg
