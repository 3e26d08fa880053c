#include "libsafety/restore/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "libsafety/archive/sql_script.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/transfer/cluster.hpp"
#include "libsafety/transfer/server_disk.hpp"

namespace safety::restore {
namespace {

std::vector<std::string> missing_of(pg::Connection& connection, const std::string& query, const std::vector<std::string>& wanted) {
  const auto rows = connection.execute(query);
  std::set<std::string> there;
  for (int row = 0; row < rows.rows(); ++row) there.insert(rows.text(row, 0));
  std::vector<std::string> missing;
  for (const auto& name : wanted)
    if (!there.contains(name)) missing.push_back("\"" + name + "\"");
  return missing;
}

void check_identity(pg::Connection& maintenance, const std::string& database, const RestoreOptions& options, const archive::Index& index) {
  if (options.mode == Mode::new_database || options.mode == Mode::proof || options.allows_other_source) return;
  if (index.database != database)
    throw Error(Code::confirmation_needed,
                fmt::format("the archive is of database \"{}\", and \"{}\" would be replaced", index.database, database),
                "If that is meant, say --allow-other-source; or restore it beside with --to NAME.");
  std::string system;
  try {
    system = maintenance.value_of("SELECT system_identifier FROM pg_catalog.pg_control_system()");
  } catch (const Error& error) {
    if (error.code() != Code::not_permitted) throw;
  }
  if (!system.empty() && !index.system_identifier.empty() && system != index.system_identifier && transfer::oid_of(maintenance, database) != 0)
    throw Error(Code::confirmation_needed,
                fmt::format("the archive is of another server (system {}), and \"{}\" of this one (system {}) would be replaced",
                            index.system_identifier, database, system),
                "If that is meant, say --allow-other-source; or restore it beside with --to NAME.");
}

void check_needs(pg::Connection& maintenance, const RestoreOptions& options, const archive::Index& index) {
  if (index.server_version_num / 10000 > maintenance.server_major())
    throw Error(Code::version,
                fmt::format("the archive is of PostgreSQL {}, this server is PostgreSQL {}", index.server_version_num / 10000, maintenance.server_major()),
                "Restore it into a server of that version or a later one.");
  if (!options.skips_owners || !options.skips_privileges) {
    const auto roles = missing_of(maintenance, "SELECT rolname FROM pg_catalog.pg_roles", index.roles);
    if (!roles.empty())
      throw Error(Code::not_permitted, fmt::format("the archive needs {} that this server lacks: {}", roles.size() == 1 ? "a role" : "roles", join_some(roles)),
                  "Create them with `createuser NAME`, or leave owners and grants out with --no-owner --no-privileges.");
  }
  const auto spaces = missing_of(maintenance, "SELECT spcname FROM pg_catalog.pg_tablespace", index.tablespaces);
  if (!spaces.empty())
    throw Error(Code::not_permitted, "the archive needs a tablespace that this server lacks: " + join_some(spaces),
                "Create it with CREATE TABLESPACE, then run it again.");
  std::vector<std::string> names;
  for (const auto& extension : index.extensions) names.push_back(extension.name);
  const auto extensions = missing_of(maintenance, "SELECT name FROM pg_catalog.pg_available_extensions", names);
  if (!extensions.empty())
    throw Error(Code::not_permitted, "the archive needs an extension that this server lacks: " + join_some(extensions),
                "Install its package on the server (Debian: `apt-get install postgresql-contrib` or postgresql-NN-NAME), then run it again.");
}

void check_privileges(pg::Connection& maintenance, const std::string& database, const RestoreOptions& options) {
  const auto role = maintenance.execute("SELECT rolsuper, rolcreatedb, rolname FROM pg_catalog.pg_roles WHERE rolname = current_user");
  const bool is_super = role.rows() > 0 && role.is_true(0, 0);
  if (is_super || options.mode == Mode::in_place) return;
  if (!role.is_true(0, 1))
    throw Error(Code::not_permitted, fmt::format("role \"{}\" may not create databases", role.value(0, 2)),
                fmt::format("Run `ALTER ROLE {} CREATEDB` as a superuser{}.", pg::quote_identifier(role.value(0, 2)),
                            options.mode == Mode::proof ? "" : ", or restore with --in-place (one transaction, longer downtime)"));
  if (options.mode != Mode::swap) return;
  const auto owner = maintenance.query("SELECT pg_catalog.pg_has_role(datdba, 'USAGE'), pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database WHERE datname = $1", {database});
  if (owner.rows() > 0 && !owner.is_true(0, 0))
    throw Error(Code::not_permitted, fmt::format("database \"{}\" belongs to \"{}\", so \"{}\" may not rename it", database, owner.value(0, 1), role.value(0, 2)),
                "Connect as its owner or a superuser.");
}

// Known now, not after an hour of loading: a session that this role may not end would hold the swap up.
void check_sessions(pg::Connection& maintenance, const std::string& database) {
  const auto sessions = transfer::list_unendable_sessions(maintenance, database);
  if (!sessions.empty())
    throw Error(Code::not_permitted, fmt::format("sessions on database \"{}\" that this role may not end: {}", database, join_some(sessions)),
                "End them yourself, or connect as a superuser (or a member of pg_signal_backend for those of ordinary roles).");
}

// Only where the server's own disk can be seen: the same machine, and a role that may know where the data lies.
void check_disk(const Context& context, pg::Connection& maintenance, const archive::Index& index) {
  const auto seen = transfer::free_bytes_of_server(maintenance);
  if (!seen) return;
  const auto free = *seen;
  const auto needed = index.total_plain_bytes();
  if (free < needed)
    throw Error(Code::storage, fmt::format("the server's disk has {} free, and restoring aside needs about {}", format_bytes(free), format_bytes(needed)),
                "Free space on the server, drop previous databases that nobody needs, or use --in-place.");
  if (free < needed * 2) context.sink.warning(fmt::format("the server's disk has {} free; restoring aside takes {} and up to that again", format_bytes(free), format_bytes(needed)));
}

/// Reads `schema.name`, each as pg_dump quotes it, and moves `at` behind it.
std::pair<std::string, std::string> parse_qualified(std::string_view text, std::size_t& at) {
  std::vector<std::string> parts(1);
  bool is_quoted = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"' && is_quoted && at + 1 < text.size() && text[at + 1] == '"')
      parts.back() += text[++at];
    else if (c == '"')
      is_quoted = !is_quoted;
    else if (c == '.' && !is_quoted)
      parts.emplace_back();
    else if ((c == ' ' || c == ';') && !is_quoted)
      break;
    else
      parts.back() += c;
  }
  return parts.size() == 2 ? std::pair{parts[0], parts[1]} : std::pair{std::string(), parts[0]};
}

}  // namespace

std::vector<std::string> with_partitions(const std::vector<std::string>& tables, const archive::Reader& reader) {
  if (tables.empty()) return {};
  constexpr std::string_view kBegin = "ALTER TABLE ONLY ", kAttach = " ATTACH PARTITION ";
  std::multimap<std::string, std::string> partitions;  // by full name, and by bare name
  const auto pre_data = reader.read_all(archive::Role::pre_data);
  archive::SqlScript script{std::string_view(pre_data)};
  while (const auto statement = script.next()) {
    const std::string_view text = statement->text;
    if (!text.starts_with(kBegin)) continue;
    std::size_t at = kBegin.size();
    const auto parent = parse_qualified(text, at);
    if (!text.substr(at).starts_with(kAttach)) continue;
    at += kAttach.size();
    const auto partition = parse_qualified(text, at);
    partitions.emplace(parent.first + "." + parent.second, partition.first + "." + partition.second);
    partitions.emplace(parent.second, partition.first + "." + partition.second);
  }
  std::vector<std::string> found, open(tables.rbegin(), tables.rend());
  while (!open.empty()) {
    const auto name = std::move(open.back());
    open.pop_back();
    const auto [begin, end] = partitions.equal_range(name);
    if (begin == end) found.push_back(name);
    for (auto one = begin; one != end; ++one) open.push_back(one->second);
  }
  return found;
}

bool is_other_major(const pg::Connection& connection, const Source& source) {
  return source.reader && source.reader->index().server_version_num / 10000 != connection.server_major();
}

bool is_chosen(const RestoreOptions& options, const archive::Table& table) {
  return std::any_of(options.tables.begin(), options.tables.end(), [&](const std::string& name) {
    return name == table.name || name == table.schema + "." + table.name;
  });
}

void check_before_restore(const Context& context, pg::Connection& maintenance, const std::string& database,
                          const RestoreOptions& options, const Source& source) {
  if (maintenance.value_of("SELECT pg_catalog.pg_is_in_recovery()") == "t")
    throw Error(Code::connection, "the server is a standby: nothing can be restored into it", "Name the primary in DATABASE_URL.");
  check_privileges(maintenance, database, options);
  // The server would cut the name without a word.
  if (options.mode == Mode::new_database && options.new_name.size() > 63)
    throw Error(Code::usage, fmt::format("\"{}\" is longer than the 63 bytes that a database's name may have", options.new_name), "Choose a shorter name for --to.");
  if (options.mode == Mode::new_database && transfer::oid_of(maintenance, options.new_name) != 0)
    throw Error(Code::usage, "database \"" + options.new_name + "\" exists already", "Choose another name for --to, or drop that database first.");
  if (options.mode == Mode::in_place && transfer::oid_of(maintenance, database) == 0)
    throw Error(Code::usage, "--in-place needs database \"" + database + "\" to exist", "Create it, or restore without --in-place.");
  const auto prepared = maintenance.query("SELECT count(*) FROM pg_catalog.pg_prepared_xacts WHERE database = $1", {database});
  if (options.mode == Mode::swap && prepared.number(0, 0) > 0)
    throw Error(Code::locked, fmt::format("database \"{}\" has {} prepared transactions, which keep it from being renamed", database, prepared.value(0, 0)),
                "Commit or roll them back (see pg_prepared_xacts), then run it again.");
  if (options.mode == Mode::swap) check_sessions(maintenance, database);
  if (options.is_schema_only && (!source.reader || options.mode == Mode::swap || options.mode == Mode::in_place || options.reads_digests_back))
    throw Error(Code::usage, "a schema without rows is restored from an archive of safety-backup into a new database, and has no digests",
                "Restore the whole, or into a new database with --to NAME.");
  if (!source.reader) {
    if (options.mode == Mode::in_place)
      throw Error(Code::usage, "--in-place needs an archive of safety-backup, and this is " + source.describe(),
                  "Restore the dump aside (without --in-place), as a role that has CREATEDB.");
    if (!options.tables.empty()) throw Error(Code::usage, "--table needs an archive of safety-backup", "Restore the whole dump with --to NAME.");
    return;
  }
  const auto& index = source.reader->index();
  check_identity(maintenance, database, options, index);
  check_needs(maintenance, options, index);
  if (options.mode != Mode::in_place && !options.is_schema_only) check_disk(context, maintenance, index);
  for (const auto& name : options.tables) {
    RestoreOptions one;
    one.tables = {name};
    if (std::none_of(index.tables.begin(), index.tables.end(), [&](const auto& table) { return is_chosen(one, table); }))
      throw Error(Code::usage, "the archive has no table \"" + name + "\"", "Write it as TABLE or SCHEMA.TABLE, as `safety-list --tables CHECKPOINT` shows it.");
  }
}

}  // namespace safety::restore
