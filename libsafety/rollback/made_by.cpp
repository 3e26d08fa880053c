// What of a schema the undone migrations made: what else is new was made by people, and is not dropped unasked.
#include <set>

#include "libsafety/os/file.hpp"
#include "libsafety/rollback/run.hpp"

namespace safety::rollback {
namespace {

bool is_part(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80; }

/// The words of SQL and of schema files: names stand among them, quoted or not.
std::set<std::string> words_of(const std::vector<std::string>& texts) {
  std::set<std::string> words;
  for (const auto& text : texts)
    for (std::size_t at = 0; at < text.size();) {
      auto end = at;
      while (end < text.size() && is_part(text[end])) ++end;
      if (end > at) words.insert(text.substr(at, end - at));
      at = end + 1;
    }
  return words;
}

/// "report" of public."report", "f" of public.f(integer), "trig" of "trig on public.users".
std::string own_name(std::string identity) {
  if (const auto on = identity.find(" on "); on != std::string::npos) identity.resize(on);
  if (const auto list = identity.find('('); list != std::string::npos) identity.resize(list);
  if (const auto dot = identity.rfind('.'); dot != std::string::npos) identity.erase(0, dot + 1);
  std::erase(identity, '"');
  return identity;
}

std::vector<std::string> read_sources(const Run& run) {
  std::vector<std::string> texts;
  for (const auto& row : run.rows)
    if (run.options.project.prisma)
      for (const auto& file : run.options.project.prisma->migrations)
        if (file.name == row.name) texts.push_back(file.sql);
  if (run.options.project.drizzle) {
    for (const auto& file : run.options.project.drizzle->migrations) texts.push_back(file.sql);
    for (const auto& path : run.options.project.drizzle->schema_files)
      if (const auto text = os::read_file_if_exists(path)) texts.push_back(*text);
  }
  return texts;
}

}  // namespace

std::optional<std::vector<std::string>> made_by_migrations(const Run& run, pg::Connection& target) {
  const auto texts = read_sources(run);
  // Without a line of theirs nobody knows: then everything that is new is taken for theirs.
  if (texts.empty() || !run.undoes.empty()) return std::nullopt;
  const auto words = words_of(texts);
  std::vector<std::string> made;
  const auto rows = target.execute(
      "SELECT i.identity FROM (SELECT 'pg_catalog.pg_class'::regclass::oid AS catalog, oid FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') UNION ALL "
      "SELECT 'pg_catalog.pg_proc'::regclass, oid FROM pg_catalog.pg_proc UNION ALL SELECT 'pg_catalog.pg_trigger'::regclass, oid FROM pg_catalog.pg_trigger WHERE NOT tgisinternal UNION ALL "
      "SELECT 'pg_catalog.pg_policy'::regclass, oid FROM pg_catalog.pg_policy UNION ALL SELECT 'pg_catalog.pg_rewrite'::regclass, oid FROM pg_catalog.pg_rewrite UNION ALL "
      "SELECT 'pg_catalog.pg_constraint'::regclass, oid FROM pg_catalog.pg_constraint WHERE contype = 'f') o, LATERAL pg_catalog.pg_identify_object(o.catalog, o.oid, 0) i WHERE o.oid >= 16384");
  for (int row = 0; row < rows.rows(); ++row)
    if (words.contains(own_name(rows.text(row, 0)))) made.push_back(rows.text(row, 0));
  return made;
}

}  // namespace safety::rollback
