#include "tools/common/database_table.hpp"

#include <fmt/format.h>

#include "libsafety/base/text.hpp"

namespace safety::tools {
namespace {

double age_seconds(const beside::Database& one) {
  return std::max(0.0, std::chrono::duration<double>(std::chrono::system_clock::now() - one.made).count());
}

/// What it is there for, or why it is still there.
std::string purpose_of(const beside::Database& one) {
  if (!one.needed_by.empty()) return one.needed_by + " is unfinished";
  if (!one.checkpoint.empty()) return "checkpoint " + one.checkpoint;
  return one.kind == beside::Kind::previous ? "safety-restore --undo" : "left over";
}

}  // namespace

std::string age_of(const beside::Database& one) {
  const auto seconds = age_seconds(one);
  if (seconds < 2 * 3600) return fmt::format("{:.0f} min", seconds / 60);
  return seconds < 2 * 86400 ? fmt::format("{:.0f} h", seconds / 3600) : fmt::format("{:.0f} d", seconds / 86400);
}

nlohmann::ordered_json fields_of(const beside::Database& one) {
  return {{"kind", beside::name_of(one.kind)},
          {"database", one.name},
          {"oid", one.oid},
          {"bytes", one.bytes},
          {"made", format_rfc3339(one.made)},
          {"age_seconds", age_seconds(one)},
          {"checkpoint", one.checkpoint},
          {"pinned", one.is_pinned},
          {"needed_by", one.needed_by},
          {"sessions", one.sessions},
          {"leftover", one.is_leftover()}};
}

std::string table_of(const std::vector<beside::Database>& databases) {
  if (databases.empty()) return "";
  std::string text = fmt::format("{:<52} {:<9} {:>9} {:>8}  {}\n", "DATABASE", "KIND", "SIZE", "AGE", "FOR");
  for (const auto& one : databases)
    text += fmt::format("{:<52} {:<9} {:>9} {:>8}  {}\n", one_line(one.name), beside::name_of(one.kind),
                        format_bytes(one.bytes), age_of(one), purpose_of(one));
  return text;
}

}  // namespace safety::tools
