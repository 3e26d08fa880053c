// What the steps of a restore do.
#include <fmt/format.h>

#include <atomic>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/registry.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/os/workers.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/restore/check.hpp"
#include "libsafety/transfer/cluster.hpp"
#include "libsafety/restore/foreign.hpp"
#include "libsafety/restore/run.hpp"
#include "libsafety/schema/fingerprint.hpp"
#include "libsafety/transfer/database_properties.hpp"
#include "libsafety/transfer/digests.hpp"
#include "libsafety/transfer/load_archive.hpp"
#include "libsafety/transfer/source_catalog.hpp"

namespace safety::restore {
namespace {

// Settings that operations people make on the live database (limits, grants, role settings) outlive a restore; encoding
// and locale belong to the content. Without a live database the archive's own are all there is.
archive::DatabaseProperties wanted_properties(Run& run) {
  const bool replaces = run.options.mode == Mode::swap && transfer::oid_of(run.maintenance, run.database()) != 0;
  const bool is_ours = run.source.reader.has_value();
  archive::DatabaseProperties properties;
  if (replaces)
    properties = transfer::read_properties(run.maintenance, run.database());
  else if (is_ours)
    properties = run.source.reader->index().properties;
  else if (transfer::oid_of(run.maintenance, run.database()) != 0)
    properties = transfer::read_properties(run.maintenance, run.database());
  else
    properties = transfer::read_properties(run.maintenance, "template1");
  if (is_ours) {
    const auto& own = run.source.reader->index().properties;
    properties.encoding = own.encoding;
    properties.collate = own.collate;
    properties.ctype = own.ctype;
    properties.locale_provider = own.locale_provider;
    properties.icu_locale = own.icu_locale;
  }
  if (run.options.skips_owners) properties.owner.clear();
  if (run.options.skips_privileges) properties.acl.clear();
  // Limits and the template flag are set after loading; they would be in our own way.
  properties.is_template = false;
  return properties;
}

/// Tables nobody chose are empty here; those that nothing chosen needs go, so that nobody takes them for lost.
void drop_unchosen_tables(Run& run) {
  const auto& index = run.source.reader->index();
  pg::Connection connection(run.context, run.staging_info());
  std::string chosen = "0";
  for (const auto& table : index.tables)
    if (is_chosen(run.options, table))
      chosen += fmt::format(", pg_catalog.to_regclass({})::oid", pg::quote_literal(pg::quote_qualified(table.schema, table.name)));
  // Parents of chosen partitions stay: the partition hangs on them.
  const auto rows = connection.execute(fmt::format(
      "WITH RECURSIVE kept(oid) AS (SELECT o FROM pg_catalog.unnest(ARRAY[{}]::oid[]) o UNION SELECT i.inhparent FROM kept k "
      "JOIN pg_catalog.pg_inherits i ON i.inhrelid = k.oid) "
      "SELECT n.nspname, c.relname, CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END FROM pg_catalog.pg_class c "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.oid NOT IN (SELECT oid FROM kept) "
      "AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')",
      chosen));
  for (int row = 0; row < rows.rows(); ++row)
    connection.execute(fmt::format("DROP {} IF EXISTS {} CASCADE", rows.value(row, 2), pg::quote_qualified(rows.value(row, 0), rows.value(row, 1))));
}

// A restored subscription is disabled and its slot belongs to the database that is replaced.
void warn_about_subscriptions(Run& run) {
  const auto names = run.maintenance.query(
      "SELECT s.subname FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = $1", {run.staging});
  for (int row = 0; row < names.rows(); ++row)
    run.context.sink.warning(fmt::format("subscription \"{}\" is restored disabled, and goes on in the replaced database: when that one is "
                                         "given up, drop it there and run ALTER SUBSCRIPTION ... ENABLE here", names.value(row, 0)));
}

void throw_if_different(const std::vector<std::string>& differences) {
  if (!differences.empty())
    throw Error(Code::verification, "what was restored is not what was backed up: " + join_some(differences, 8),
                "Nothing was changed. Check the archive with `safety-verify FILE --proof L2`, and report this if it passes.");
}

}  // namespace

pg::Connection fresh_session(const Run& run) { return pg::connect_to_maintenance(run.context.with_stop({}), run.info); }

bool Run::is_swapped() const {
  const auto staging_oid = fact("staging_oid");
  if (staging_oid.empty()) return false;
  auto session = fresh_session(*this);
  const auto name = options.mode == Mode::new_database ? options.new_name : database();
  return std::to_string(transfer::oid_of(session, name)) == staging_oid;
}

bool Run::is_staging_with(const std::string& fact_name) const {
  const auto noted = fact(fact_name);
  return !noted.empty() && std::to_string(transfer::oid_of(maintenance, staging)) == noted;
}

void create_staging(Run& run) {
  transfer::drop_database(run.maintenance, run.staging);  // a resumed run finds the half-loaded one
  const auto properties = wanted_properties(run);
  run.maintenance.execute(transfer::create_database_statement(run.staging, properties, run.maintenance.server_version_num()));
  os::fault_point("staging.created");
  run.journal->set_fact("staging_oid", std::to_string(transfer::oid_of(run.maintenance, run.staging)));
}

void give_space_back(const Run& run) noexcept {
  try {
    pg::Connection inside(run.context.with_stop({}), run.staging_info());
    inside.execute("SET lock_timeout = '1s'; SET client_min_messages = error");
    const auto largest = inside.execute(
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' "
        "AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY c.relpages DESC, c.oid LIMIT 50");
    for (int row = 0; row < largest.rows(); ++row)
      inside.execute("DROP TABLE IF EXISTS " + pg::quote_qualified(largest.value(row, 0), largest.value(row, 1)) + " CASCADE");
  } catch (const std::exception&) {  // not there, or not to be entered: then dropping it whole must do
  }
}

void load_staging(Run& run) {
  const auto target = run.staging_info();
  if (run.source.reader) {
    transfer::LoadOptions load{run.options.jobs, run.options.skips_owners, run.options.skips_privileges, {}, run.options.is_schema_only};
    if (!run.options.tables.empty()) load.wants_table = [&run](const archive::Table& table) { return is_chosen(run.options, table); };
    run.rows = transfer::load_archive(run.context, *run.source.reader, target, load).rows;
    if (!run.options.tables.empty()) drop_unchosen_tables(run);
  } else {
    run.rows = load_foreign(run.context, run.source, target, {run.options.jobs, run.options.skips_owners, run.options.skips_privileges}).rows;
  }
  os::fault_point("staging.loaded");
  run.journal->set_fact("rows", std::to_string(run.rows));
  run.journal->set_fact("loaded_oid", run.fact("staging_oid"));
}

void verify_schema(const Context& context, pg::Connection& connection, const Source& source, const RestoreOptions& options) {
  if (!source.reader || !options.tables.empty()) return;
  const auto& index = source.reader->index();
  context.sink.phase("schema compared with the archive's");
  const schema::CompareOptions compare{!options.skips_owners && !options.skips_privileges, !is_other_major(connection, source)};
  auto differences = schema::describe_differences(index.schema_objects, schema::read_objects(connection), compare);
  const auto found = transfer::count_large_objects(connection);
  if (!index.is_schema_only && !options.is_schema_only && found != index.large_objects)
    differences.push_back(fmt::format("{} large objects, expected {}", found, index.large_objects));
  throw_if_different(differences);
}

void verify_content(const Context& context, const pg::ConnectionInfo& database, const Source& source, const RestoreOptions& options) {
  if (!source.reader) return;
  const auto& index = source.reader->index();
  context.sink.phase("content compared with the snapshot's digests");
  auto tables = index.tables;
  if (!options.tables.empty()) std::erase_if(tables, [&](const auto& table) { return !is_chosen(options, table); });
  auto differences = transfer::compare_digests(context, database, tables, options.jobs);
  if (!index.large_objects_digest.empty() && options.tables.empty()) {
    pg::Connection connection(context, database);
    pg::Transaction transaction(connection);
    if (transfer::digest_large_objects(connection) != index.large_objects_digest) differences.push_back("large objects: other content");
  }
  throw_if_different(differences);
}

void verify_staging(Run& run) {
  {
    pg::Connection connection(run.context, run.staging_info());
    pg::use_dump_settings(connection);
    verify_schema(run.context, connection, run.source, run.options);
  }
  if (run.options.reads_digests_back) verify_content(run.context, run.staging_info(), run.source, run.options);
  run.journal->set_fact("verified_oid", run.fact("staging_oid"));
}

void carry_properties(Run& run) {
  auto properties = wanted_properties(run);
  if (run.options.mode == Mode::swap && transfer::oid_of(run.maintenance, run.database()) != 0)
    properties.is_template = transfer::read_properties(run.maintenance, run.database()).is_template;
  for (const auto& statement : transfer::apply_statements(run.staging, properties)) run.maintenance.execute(statement);
  warn_about_subscriptions(run);
  if (run.options.mode != Mode::swap || transfer::oid_of(run.maintenance, run.database()) == 0) return;
  if (run.source.reader)
    for (const auto& difference : transfer::describe_differences(properties, run.source.reader->index().properties))
      run.context.sink.note("kept from the database that is replaced, and not from the archive: " + difference);
  carry_history(run);
}

void carry_history(Run& run) {
  if (run.previous.empty()) return;
  try {
    checkpoint::Registry from(run.context, run.info);
    if (!from.is_there()) return;
    checkpoint::Registry into(run.context, run.staging_info());
    from.copy_to(into);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    run.context.sink.warning("schema \"safety\" could not be carried over (`safety-list --rebuild` remakes it): " + error.message());
  }
}

void analyze_staging(Run& run) {
  pg::Connection catalog(run.context, run.staging_info());
  const auto rows = catalog.execute(
      "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
      "ORDER BY c.relkind = 'p', pg_catalog.pg_relation_size(c.oid) DESC");
  std::atomic<int> next{0};
  os::run_workers(run.context, std::max(1U, run.options.jobs), [&](const Context& inner, unsigned) {
    pg::Connection connection(inner, run.staging_info());
    for (int row = next++; row < rows.rows(); row = next++) {
      try {
        connection.execute("ANALYZE " + pg::quote_qualified(rows.value(row, 0), rows.value(row, 1)));
      } catch (const Interrupted&) {
        throw;
      } catch (const Error& error) {
        // A parent of foreign tables whose server does not answer, for one: statistics are no reason to refuse content.
        if (connection.is_broken()) throw;
        inner.sink.warning("no planner statistics for " + rows.text(row, 0) + "." + rows.text(row, 1) + ": " + error.message());
      }
    }
  });
  run.journal->set_fact("analyzed_oid", run.fact("staging_oid"));
}

void note_in_registry(Run& run, const std::string& kind) {
  forget_used_clone(run);
  try {
    checkpoint::Registry registry(run.context, run.info);
    registry.prepare();
    registry.put(checkpoint::Operation{run.operation, kind, run.options.checkpoint, run.journal->state().head.started,
                                       format_rfc3339(std::chrono::system_clock::now()), "success",
                                       run.previous.empty() ? "" : "previous database: " + run.previous});
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    run.context.sink.warning("the restore is done, but could not be listed in schema \"safety\": " + error.message());
  }
}

}  // namespace safety::restore
