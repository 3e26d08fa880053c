#pragma once
// Databases beside one as a table and as JSON; shared by safety-list and safety-prune.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "libsafety/beside/beside.hpp"

namespace safety::tools {

/// "3 d", "5 h", "12 min": now and not when it was listed.
std::string age_of(const beside::Database& one);
nlohmann::ordered_json fields_of(const beside::Database& one);
/// With a heading; "" when there are none.
std::string table_of(const std::vector<beside::Database>& databases);

}  // namespace safety::tools
