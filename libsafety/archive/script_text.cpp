#include "libsafety/archive/script_text.hpp"

#include <algorithm>
#include <array>

#include "libsafety/archive/sql_script.hpp"
#include "libsafety/archive/statement_class.hpp"
#include "libsafety/base/text.hpp"

namespace safety::archive {
namespace {

// Copies a script without the statements that `is_unwanted` names. One that is alone on its lines goes with its
// newline.
template <class IsUnwanted>
std::string copy_without(std::string_view text, const IsUnwanted& is_unwanted) {
  std::string kept;
  kept.reserve(text.size());
  std::size_t done = 0;
  SqlScript script(text);
  while (const auto statement = script.next()) {
    std::size_t begin = statement->offset;
    std::size_t end = begin + statement->text.size();
    const std::size_t line_begin = text.rfind('\n', begin) == std::string_view::npos ? 0 : text.rfind('\n', begin) + 1;
    const std::size_t newline = std::min(text.find('\n', end), text.size());
    const auto is_blank = [&](std::size_t from, std::size_t to) {
      return text.substr(from, to - from).find_first_not_of(" \t\r") == std::string_view::npos;
    };
    const bool is_alone = is_blank(line_begin, begin) && is_blank(end, newline);
    if (!is_unwanted(*statement, is_alone)) continue;
    if (is_alone && line_begin >= done) {
      begin = line_begin;
      end = std::min(newline + 1, text.size());
    }
    kept.append(text, done, begin - done);
    done = end;
  }
  return kept.append(text, done);
}

bool is_restrict(const Statement& statement) {
  if (statement.kind != Statement::Kind::meta) return false;
  const auto command = std::string_view(statement.text).substr(0, statement.text.find_first_of(" \t"));
  return command == "\\restrict" || command == "\\unrestrict";
}

// pg_dump writes these whenever the next object needs another value.
bool is_object_setting(std::string_view name) {
  constexpr std::array<std::string_view, 3> kNames{"default_tablespace", "default_table_access_method",
                                                   "default_with_oids"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool is_header_setting(const Statement& statement) {
  if (statement.kind != Statement::Kind::sql || !statement.toc_type.empty()) return false;
  const auto name = setting_of(statement.text);
  if (!name || is_object_setting(*name)) return false;
  // Before version 10.3 a real search_path stood before each object; only the function call is the header's.
  return *name != "search_path" || starts_with_ignoring_case(statement.text, "select");
}

}  // namespace

std::string clean_section(std::string_view pg_dump_text, bool strip_settings) {
  return copy_without(pg_dump_text, [&](const Statement& statement, bool) {
    return is_restrict(statement) || (strip_settings && is_header_setting(statement));
  });
}

std::string strip_transaction_commands(std::string_view text) {
  return copy_without(text, [](const Statement& statement, bool is_alone) {
    return is_alone && (statement.text == "BEGIN;" || statement.text == "COMMIT;");
  });
}

}  // namespace safety::archive
