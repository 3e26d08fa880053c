#include "libsafety/migrations/drizzle_scope.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "libsafety/migrations/history_table.hpp"
#include "libsafety/migrations/project_files.hpp"

namespace safety::migrations {
namespace {

bool matches(const std::string& pattern, const std::string& name) {
  const auto forms = expand_braces(pattern);
  return std::any_of(forms.begin(), forms.end(), [&](const auto& form) { return ::fnmatch(form.c_str(), name.c_str(), 0) == 0; });
}

}  // namespace

bool is_let_through(const std::vector<std::string>& filter, const std::string& name) {
  bool is_named = filter.empty();
  for (const auto& pattern : filter) {
    if (!pattern.starts_with("!")) is_named = is_named || matches(pattern, name);
    else if (matches(pattern.substr(1), name)) return false;
    else is_named = true;  // "everything but" lets the rest through
  }
  return is_named;
}

std::vector<std::string> Scope::reached(const std::vector<std::string>& names) const {
  std::vector<std::string> within;
  for (const auto& name : names) {
    const auto [schema, table] = split_name(name);
    if (is_let_through(schemas.value_or(std::vector<std::string>{}), schema) && is_let_through(tables.value_or(std::vector<std::string>{}), table)) within.push_back(name);
  }
  return within;
}

}  // namespace safety::migrations
