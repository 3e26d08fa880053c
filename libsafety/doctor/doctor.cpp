#include "libsafety/doctor/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "libsafety/archive/encryption.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/beside/beside.hpp"
#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/pg/dump_program.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/plan/journal.hpp"
#include "libsafety/services/container.hpp"
#include "libsafety/services/control.hpp"
#include "libsafety/transfer/server_disk.hpp"
#include "libsafety/transfer/source_catalog.hpp"

namespace safety::doctor {
namespace {

namespace fs = std::filesystem;
using State = Check::State;

Check describe_program(const pg::Connection& connection, const std::string& name, const pg::ClientProgram& found) {
  const auto detail = fmt::format("{} for PostgreSQL {}: {}", found.version, connection.parameter_status("server_version"), found.where());
  if (found.major() > connection.server_major())
    return {State::warning, name, detail,
            fmt::format("It is newer than the server: its dumps may not load into a PostgreSQL {} by stock tools. Install postgresql-client-{}.",
                        connection.server_major(), connection.server_major())};
  return {State::ok, name, detail, ""};
}

Check check_pg_dump(const Context& context, const pg::ConnectionInfo& info, const std::string& container, pg::Connection& connection) {
  return describe_program(connection, "pg_dump", services::choose_dump_program(context, info, container, connection.server_version_num()));
}

Check check_pg_restore(const Context& context, pg::Connection& connection) {
  try {
    return describe_program(connection, "pg_restore", pg::choose_client_program(context, "pg_restore", connection.server_version_num()));
  } catch (const Error& error) {
    if (error.code() != Code::version) throw;
    return {State::warning, "pg_restore", error.message() + "; only dumps in pg_dump's own formats need it", error.hint()};
  }
}

Check check_service(const Context& context, const services::Service& service) {
  const auto state = services::look(context, service);
  const auto detail = services::name_of(state.status) + (state.detail.empty() ? "" : " (" + state.detail + ")");
  const bool is_well = state.status == services::Status::healthy || state.status == services::Status::starting;
  return {is_well ? State::ok : State::warning, "service " + service.name, detail,
          is_well ? "" : fmt::format("Start it with `{}`; a restore leaves services as it finds them.", services::display(service.start))};
}

Check check_encryption(const Context& context) {
  if (context.encryption == nullptr || !context.encryption->is_wanted()) return {State::ok, "encryption", "archives are written in clear (no --encrypt-to)", ""};
  context.encryption->check(context);
  return {State::ok, "encryption", fmt::format("archives are encrypted to {}", context.encryption->describe()), ""};
}

Check check_privileges(pg::Connection& connection) {
  const auto tables = transfer::list_tables(connection);  // throws naming what cannot be read
  transfer::list_sequences(connection);
  std::uint64_t bytes = 0;
  for (const auto& source : tables) bytes += source.total_bytes;
  return {State::ok, "read privileges", fmt::format("{} readable, {}", format_plural(tables.size(), "table"), format_bytes(bytes)), ""};
}

Check check_create_database(pg::Connection& connection) {
  const auto role = connection.execute(
      "SELECT r.rolsuper OR r.rolcreatedb, r.rolsuper OR pg_catalog.pg_has_role(d.datdba, 'USAGE'), r.rolname FROM pg_catalog.pg_roles r, "
      "pg_catalog.pg_database d WHERE r.rolname = current_user AND d.datname = pg_catalog.current_database()");
  if (!role.is_true(0, 0))
    return {State::warning, "create databases", fmt::format("role \"{}\" has no CREATEDB: restores need --in-place", role.value(0, 2)),
            fmt::format("Run `ALTER ROLE {} CREATEDB` as a superuser.", pg::quote_identifier(role.value(0, 2)))};
  if (!role.is_true(0, 1))
    return {State::warning, "create databases", fmt::format("role \"{}\" does not own the database, so it cannot swap it", role.value(0, 2)),
            "Connect as the database's owner or a superuser to restore."};
  return {State::ok, "create databases", "may create, rename and drop", ""};
}

Check check_lock(const Context& context, const pg::ConnectionInfo& info, const std::string& database) {
  checkpoint::OperationLock lock(context, info, database, 0);  // a look, not a wait
  return {State::ok, "operation lock", "free", ""};
}

Check check_activity(pg::Connection& connection) {
  const auto rows = connection.execute(
      "SELECT count(*), pg_catalog.max(extract(epoch FROM pg_catalog.now() - xact_start))::int8, "
      "(SELECT count(*) FROM pg_catalog.pg_locks WHERE NOT granted) FROM pg_catalog.pg_stat_activity "
      "WHERE datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid() AND state <> 'idle'");
  const auto longest = rows.number(0, 1);
  const auto detail = fmt::format("{} active sessions, longest transaction {} s, {} waiting locks", rows.value(0, 0), longest, rows.value(0, 2));
  if (longest > 300) return {State::warning, "activity", detail, "A long transaction makes lock waits likely; see pg_stat_activity."};
  return {State::ok, "activity", detail, ""};
}

Check check_clock(pg::Connection& connection) {
  const Stopwatch watch;
  const double server = std::stod(connection.value_of("SELECT extract(epoch FROM pg_catalog.clock_timestamp())"));
  const double ours = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  const double apart = std::abs(ours - server) - watch.seconds();
  const auto detail = fmt::format("server and this machine agree within {}", format_seconds(std::max(0.001, apart)));
  if (apart > 5)
    return {State::warning, "clock", fmt::format("server and this machine are {} apart", format_seconds(apart)),
            "Set both by NTP; names and times of checkpoints come from these clocks (their order does not)."};
  return {State::ok, "clock", detail, ""};
}

Check check_server_disk(pg::Connection& connection) {
  const auto size = static_cast<std::uint64_t>(connection.execute("SELECT pg_catalog.pg_database_size(pg_catalog.current_database())").number(0, 0));
  const auto space = connection.value_of("SELECT t.spcname FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace "
                                         "WHERE d.datname = pg_catalog.current_database()");
  const auto seen = transfer::free_bytes_of_server(connection, space);
  if (!seen) return {State::skipped, "server disk", fmt::format("the database has {}; the server's disk cannot be seen from here", format_bytes(size)), ""};
  const auto free = *seen;
  const auto detail = fmt::format("{} free, the database has {}", format_bytes(free), format_bytes(size));
  if (free < size) return {State::failed, "server disk", detail, "A restore aside needs room for a second copy: free space, or use --in-place."};
  return {State::ok, "server disk", detail, ""};
}

Check check_folder(const fs::path& folder) {
  const bool is_there = fs::exists(folder);
  os::make_private_folder(folder);
  if (!is_there) {
    fs::remove(folder);
    return {State::ok, "backup folder", fmt::format("\"{}\" will be made by the first backup", folder.string()), ""};
  }
  const auto mode = static_cast<unsigned>(fs::status(folder).permissions());
  const auto detail = fmt::format("\"{}\", {} free", folder.string(), format_bytes(os::free_bytes(folder)));
  if ((mode & 077) != 0)
    return {State::warning, "backup folder", detail + fmt::format(", mode {:o}: others may look into it", mode & 0777),
            "Run `chmod 700 " + folder.string() + "`."};
  return {State::ok, "backup folder", detail, ""};
}

Check check_records(const Context& context, const checkpoint::Store& store) {
  const auto records = store.list(context);
  std::vector<std::string> without;
  for (const auto& record : records) {
    if (record.names_archive() && !store.has_archive(record)) without.push_back(record.id);
  }
  if (!without.empty())
    return {State::failed, "checkpoints", "records without their archive: " + join_some(without),
            "Bring the files back from where they were copied to, or remove the records."};
  std::vector<std::string> unrecorded;
  for (const auto& file : store.list_unrecorded_files(records))
    if (archive::is_encrypted(file) || archive::is_archive(context, file)) unrecorded.push_back(file.filename().string());
  if (!unrecorded.empty())
    return {State::warning, "checkpoints", "archives without a record: " + join_some(unrecorded),
            "A backup was killed before its last step, or the files were copied here: run `safety-list --rebuild` (encrypted ones need --identity), then `safety-verify` each."};
  if (records.empty()) return {State::warning, "checkpoints", "there are none", "Make one with `safety-backup`."};
  const auto newest_archive = std::find_if(records.rbegin(), records.rend(), [](const auto& record) { return record.names_archive(); });
  if (newest_archive == records.rend())
    return {State::warning, "checkpoints", fmt::format("{}, and none has an archive: clones are lost with their server", records.size()), "Make one with `safety-backup`."};
  const auto& newest = *newest_archive;
  return {State::ok, "checkpoints", fmt::format("{}, newest {} of {}, proof {}", records.size(), newest.id, newest.snapshot_time, checkpoint::name_of(newest.proof())), ""};
}

Check check_unfinished(const fs::path& folder) {
  std::vector<std::string> dead, running;
  std::string hint;
  for (const auto& journal : plan::find_unfinished(folder / "operations")) {
    const auto text = fmt::format("{} of \"{}\" {}", journal.head.operation, journal.head.database,
                                  journal.begun.empty() ? "before its first step" : "at step " + journal.begun.back());
    (journal.is_running ? running : dead).push_back(text);
    if (!journal.is_running && hint.empty()) hint = plan::ways_out(journal.head);  // the oldest: what it began ends with it
  }
  if (!dead.empty())
    return {State::failed, "half-done work", join_some(dead), hint};
  return {State::ok, "half-done work", running.empty() ? "none" : "running now: " + join_some(running), ""};
}

Check check_partial_files(const fs::path& folder) {
  std::vector<std::string> partial;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".partial") partial.push_back(entry.path().filename().string());
  if (partial.empty()) return {State::ok, "partial files", "none", ""};
  return {State::warning, "partial files", join_some(partial) + ": left by a backup that was killed, or one that is running",
          "When no backup runs, remove them: `rm " + (folder / "*.partial").string() + "`."};
}

Check check_databases_beside(const Context& context, const pg::ConnectionInfo& info, pg::Connection& connection, const fs::path& folder) {
  const checkpoint::Store store(folder);
  auto maintenance = pg::connect_to_maintenance(context, info);
  const auto records = beside::known_records(context, info, store);
  std::vector<std::string> left, clones, previous, gone;
  for (const auto& one : beside::list_beside(maintenance, connection.database(), store.operations_folder(), records)) {
    auto& list = one.is_leftover() ? left : one.kind == beside::Kind::previous ? previous : one.kind == beside::Kind::clone ? clones : left;
    list.push_back(fmt::format("{} ({})", one.name, format_bytes(one.bytes)));
  }
  for (const auto& record : store.list(context))
    if (record.clone && record.database == connection.database() && !beside::find_clone(maintenance, record)) gone.push_back(record.id);
  const auto kept = (clones.empty() ? std::string("no clone") : "clones: " + join_some(clones)) + "; " +
                    (previous.empty() ? "no previous database" : "previous: " + join_some(previous));
  if (!left.empty())
    return {State::warning, "databases beside", "left over or in use: " + join_some(left) + "; " + kept,
            "When nothing runs and nothing is unfinished, `safety-prune --databases` drops them."};
  if (!gone.empty())
    return {State::warning, "databases beside", "not on this server: the clones of " + join_some(gone) + "; " + kept,
            "`safety-restore` then takes their archives, where they have one; `safety-prune --databases` corrects the records."};
  return {State::ok, "databases beside", kept, ""};
}

}  // namespace

std::string name_of(State state) {
  switch (state) {
    case State::ok:
      return "OK";
    case State::warning:
      return "WARNING";
    case State::failed:
      return "FAILED";
    case State::skipped:
      break;
  }
  return "SKIPPED";
}

std::vector<Check> examine(const Context& context, const pg::ConnectionInfo& info, const fs::path& folder, const std::string& container,
                           const services::Services& services) {
  std::vector<Check> checks;
  const auto add = [&](const std::string& name, const std::function<Check()>& check) {
    try {
      checks.push_back(check());
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      checks.push_back({State::failed, name, error.message() + (error.detail().empty() ? "" : " (" + error.detail() + ")"), error.hint()});
    }
  };

  std::optional<pg::Connection> connection;
  add("server", [&]() -> Check {
    connection.emplace(context, info);
    pg::use_dump_settings(*connection);
    connection->execute("SET lock_timeout = '2s'");  // a migration that holds a table is told of, not waited for
    const auto address = info.parameters().find("hostaddr");
    return {State::ok, "server", fmt::format("PostgreSQL {} at {}{}", connection->parameter_status("server_version"), info.display(),
                                             address == info.parameters().end() ? "" : ", reached at " + address->second), ""};
  });
  const auto with_server = [&](const std::string& name, const std::function<Check()>& check) {
    if (connection)
      add(name, check);
    else
      checks.push_back({State::skipped, name, "needs the server", ""});
  };
  with_server("pg_dump", [&] { return check_pg_dump(context, info, container, *connection); });
  with_server("pg_restore", [&] { return check_pg_restore(context, *connection); });
  with_server("read privileges", [&] { return check_privileges(*connection); });
  with_server("create databases", [&] { return check_create_database(*connection); });
  with_server("operation lock", [&] { return check_lock(context, info, connection->database()); });
  with_server("activity", [&] { return check_activity(*connection); });
  with_server("clock", [&] { return check_clock(*connection); });
  with_server("server disk", [&] { return check_server_disk(*connection); });
  with_server("databases beside", [&] { return check_databases_beside(context, info, *connection, folder); });
  add("backup folder", [&] { return check_folder(folder); });
  add("encryption", [&] { return check_encryption(context); });
  add("checkpoints", [&] { return check_records(context, checkpoint::Store(folder)); });
  add("partial files", [&] { return check_partial_files(folder); });
  add("half-done work", [&] { return check_unfinished(folder); });
  for (const auto& service : services) add("service " + service.name, [&] { return check_service(context, service); });
  return checks;
}

}  // namespace safety::doctor
