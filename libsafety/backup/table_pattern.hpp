#pragma once
// Table patterns as pg_dump's --exclude-table-data takes them: [schema.]table with * and ?; unquoted letters fold to
// lower case, "quoted" parts are taken as they are.

#include <string>
#include <string_view>

namespace safety::backup {

bool matches_table_pattern(std::string_view pattern, std::string_view schema, std::string_view table);

}  // namespace safety::backup
