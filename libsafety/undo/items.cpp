#include "libsafety/undo/items.hpp"

#include <fmt/format.h>

#include <map>

#include "libsafety/archive/sql_script.hpp"
#include "libsafety/archive/statement_class.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/process.hpp"
#include "libsafety/transfer/dump_schema.hpp"

namespace safety::undo {
namespace {

os::Command pg_dump_command(const pg::ConnectionInfo& database, const pg::ClientProgram& pg_dump, bool quotes_all) {
  std::vector<std::string> arguments = pg_dump.prefix;
  // Verbose output alone tells which object of the catalog an entry is.
  for (const char* one : {"--schema-only", "--verbose", "--no-password", "--lock-wait-timeout=10000", "--exclude-schema=safety", "--exclude-schema=safety_lost"})
    arguments.emplace_back(one);
  auto environment = database.environment();
  for (const auto& [name, value] : pg_dump.environment) environment[name] = value;
  // A setting of one of the two databases would make every text another one. Poolers may refuse any, so it is said only where it must be.
  if (quotes_all) {
    auto& options = environment["PGOPTIONS"];
    options += (options.empty() ? "-c " : " -c ") + std::string("quote_all_identifiers=off");
  }
  return {pg_dump.path, std::move(arguments), std::move(environment)};
}

}  // namespace

std::string Item::text() const { return join(settings, "\n") + "\n" + join(statements, "\n"); }
std::string Item::title() const { return type + " " + (schema.empty() ? "" : schema + ".") + name; }

std::vector<Item> parse_items(const std::string& script) {
  std::vector<Item> items;
  // Settings that hold from one item to the next, by parameter; those of the script's head are every session's own.
  std::map<std::string, std::string> settings;
  archive::SqlScript statements{std::string_view(script)};
  while (auto statement = statements.next()) {
    if (statement->kind != archive::Statement::Kind::sql) continue;
    if (archive::is_setting(statement->text)) {
      if (const auto parameter = archive::setting_of(statement->text); parameter && parameter->starts_with("default_")) settings[*parameter] = statement->text.substr(0, statement->text.size() - 1);
      continue;
    }
    if (statement->toc_entry == 0) continue;
    if (items.empty() || items.back().entry != statement->toc_entry) {
      auto& item = items.emplace_back();
      item.entry = statement->toc_entry;
      // Row security has the table's oid, and is no object of its own.
      if (statement->toc_class != 0) item.id = {static_cast<std::uint32_t>(statement->toc_class), static_cast<std::uint32_t>(statement->toc_oid)};
      item.type = statement->toc_type;
      item.schema = statement->toc_schema;
      item.name = statement->toc_name;
      item.needs = statement->toc_dependencies;
      for (const auto& [parameter, text] : settings)
        if (item.type == "TABLE" || item.type == "MATERIALIZED VIEW" || item.type == "INDEX" || item.type == "CONSTRAINT") item.settings.push_back(text);
    }
    items.back().statements.push_back(std::move(statement->text));
  }
  return items;
}

std::vector<Item> read_items(const Context& context, pg::Connection& connection, const pg::ClientProgram& pg_dump) {
  const auto& database = connection.info();
  const bool quotes_all = connection.value_of("SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'quote_all_identifiers'") == "on";
  std::string script;
  const auto result = os::run_process(context, pg_dump_command(database, pg_dump, quotes_all), [&](std::string_view piece) { script.append(piece); });
  if (result.exit_code != 0) throw transfer::pg_dump_error(result).in(fmt::format("database \"{}\"", database.database()));
  if (script.find("PostgreSQL database dump complete") == std::string::npos)
    throw Error(Code::command_failed, "pg_dump's output has no end mark", "Run `pg_dump --schema-only` by hand to see why.");
  return parse_items(script);
}

}  // namespace safety::undo
