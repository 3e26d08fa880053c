#include "libsafety/rehearsal/statement_log.hpp"

#include <nlohmann/json.hpp>

#include "libsafety/base/error.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/rehearsal/text.hpp"

namespace safety::rehearsal {
namespace {

// As its owner, so that a command's SET ROLE does not stop it; a failure of its own is no failure of the migration.
constexpr const char* kMake = R"(
CREATE SCHEMA IF NOT EXISTS safety;
CREATE TABLE safety.rehearsal_log (id bigint GENERATED ALWAYS AS IDENTITY, tag text, object text, query text, locks jsonb);
CREATE FUNCTION safety.rehearsal_watch() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  v_tag text := TG_TAG;
  v_object text;
  v_locks jsonb;
BEGIN
  IF TG_EVENT = 'table_rewrite' THEN
    v_tag := 'rewrite';
    v_object := pg_catalog.pg_event_trigger_table_rewrite_oid()::regclass::text;
  ELSIF TG_EVENT = 'sql_drop' THEN
    SELECT pg_catalog.string_agg(o.object_identity, ', '), pg_catalog.jsonb_agg(o.object_identity || ' AccessExclusiveLock') FILTER (WHERE o.object_type = 'table')
      INTO v_object, v_locks FROM pg_catalog.pg_event_trigger_dropped_objects() o WHERE o.original AND NOT o.is_temporary;
  ELSE
    SELECT pg_catalog.string_agg(DISTINCT o.object_identity, ', ') INTO v_object FROM pg_catalog.pg_event_trigger_ddl_commands() o
      WHERE o.schema_name IS DISTINCT FROM 'pg_temp';
  END IF;
  IF v_object IS NULL THEN RETURN; END IF;
  IF v_locks IS NULL THEN
    SELECT pg_catalog.jsonb_agg(DISTINCT c.oid::regclass || ' ' || l.mode) INTO v_locks FROM pg_catalog.pg_locks l
      JOIN pg_catalog.pg_class c ON c.oid = l.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.mode <> 'AccessShareLock' AND c.relkind IN ('r', 'p', 'm')
      AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'safety');
  END IF;
  INSERT INTO safety.rehearsal_log (tag, object, query, locks) VALUES (v_tag, v_object, pg_catalog.left(pg_catalog.current_query(), 2000), COALESCE(v_locks, '[]'));
EXCEPTION WHEN OTHERS THEN
  RETURN;
END $body$;
CREATE EVENT TRIGGER safety_rehearsal_end ON ddl_command_end EXECUTE FUNCTION safety.rehearsal_watch();
CREATE EVENT TRIGGER safety_rehearsal_drop ON sql_drop EXECUTE FUNCTION safety.rehearsal_watch();
CREATE EVENT TRIGGER safety_rehearsal_rewrite ON table_rewrite EXECUTE FUNCTION safety.rehearsal_watch();
)";

}  // namespace

StatementLog::StatementLog(const Context& context, const pg::ConnectionInfo& copy) : context_(context), copy_(copy.with("application_name", "safety log")) {
  try {
    pg::Connection connection(context_, copy_);
    if (connection.value_of("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user") != "t") return;
    pg::Transaction transaction(connection);
    connection.execute(kMake);
    transaction.commit();
    is_there_ = true;
  } catch (const Interrupted&) {
    throw;
  } catch (const Error&) {  // a hosted server's superuser that is none, a schema `safety` of somebody else's
  }
}

std::vector<StatementSeen> StatementLog::read_new(std::size_t command, bool& still_there) {
  std::vector<StatementSeen> statements;
  if (!is_there_) return statements;
  pg::Connection connection(context_, copy_);
  still_there = connection.value_of("SELECT pg_catalog.to_regclass('safety.rehearsal_log') IS NOT NULL") == "t";
  is_there_ = still_there;
  if (!still_there) return statements;
  const auto rows = connection.query("SELECT id, tag, object, query, locks FROM safety.rehearsal_log WHERE id > $1::bigint ORDER BY id", {std::to_string(last_)});
  for (int row = 0; row < rows.rows(); ++row) {
    last_ = rows.number(row, 0);
    StatementSeen seen{command, rows.text(row, 1), rows.text(row, 2), shortened_statement(rows.value(row, 3)), {}};
    const auto locks = nlohmann::json::parse(rows.value(row, 4), nullptr, false);
    if (locks.is_array())
      for (const auto& lock : locks)
        if (lock.is_string()) seen.locks.push_back(lock.get<std::string>());
    statements.push_back(std::move(seen));
  }
  return statements;
}

}  // namespace safety::rehearsal
