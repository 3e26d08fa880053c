#include "libsafety/rehearsal/snapshot.hpp"

#include <fmt/format.h>

#include "libsafety/base/error.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/rehearsal/facts.hpp"
#include "libsafety/rehearsal/text.hpp"

namespace safety::rehearsal {

Snapshot take_snapshot(const Context& context, const pg::ConnectionInfo& database, const migrations::Project& project) {
  auto facts = read_facts(context, database, migrations::Ownership::of(project), Counting::rows);
  Snapshot snapshot;
  snapshot.definitions = std::move(facts.definitions);
  for (const auto& [name, table] : facts.tables) snapshot.rows.push_back({table.name, table.owner, table.rows, table.rows, false, false});
  return snapshot;
}

std::vector<schema::Definition> take_definitions(const Context& context, const pg::ConnectionInfo& database) {
  return read_facts(context, database, {}, Counting::nothing).definitions;
}

std::vector<std::string> run_smoke(const Context& context, const pg::ConnectionInfo& database, const migrations::Project& project) {
  std::vector<std::string> failed;
  if (project.smoke.empty()) return failed;
  pg::Connection connection(context, database.with("application_name", "safety smoke"));
  connection.execute(fmt::format("SET statement_timeout = {}", project.timeout.count()));
  for (const auto& statement : project.smoke) {
    const auto name = "`" + shortened_statement(statement) + "` ";
    try {
      // Each for itself: they look, and what one breaks does not break the next.
      const pg::Transaction transaction(connection, "BEGIN READ ONLY");
      const auto rows = connection.execute(statement);
      if (rows.rows() == 0)
        failed.push_back(name + "gave no row");
      else if (rows.is_null(0, 0))
        failed.push_back(name + "gave NULL");
      else if (rows.value(0, 0) != "t" && rows.value(0, 0) != "true")
        failed.push_back(name + "gave " + shortened_statement(rows.value(0, 0)));
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      if (connection.is_broken()) throw;
      failed.push_back(name + "failed: " + error.message());
    }
  }
  return failed;
}

}  // namespace safety::rehearsal
