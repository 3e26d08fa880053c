#include "libsafety/restore/foreign.hpp"

#include <fmt/format.h>

#include "libsafety/archive/sql_script.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/os/process.hpp"
#include "libsafety/pg/dump_program.hpp"
#include "libsafety/transfer/script_runner.hpp"

namespace safety::restore {
namespace {

constexpr std::string_view kEndMark = "PostgreSQL database dump complete";

/// Feeds a script to SqlScript and remembers its beginning and end, where pg_dump's marks stand.
class MarkedSource {
 public:
  MarkedSource(const Context& context, const std::string& path) : context_(context), decoder_(path) {}

  bool operator()(std::string& into) {
    context_.throw_if_stopped();
    const auto before = into.size();
    const bool has_more = decoder_.read_some(into);
    const std::string_view piece = std::string_view(into).substr(before);
    if (begin_.size() < 4096) begin_.append(piece.substr(0, 4096));
    tail_.append(piece);
    if (tail_.size() > 8192) tail_.erase(0, tail_.size() - 4096);
    context_.sink.on({.kind = Event::Kind::progress, .name = "script", .text = {}, .done_bytes = decoder_.consumed_bytes(),
                      .total_bytes = decoder_.total_bytes()});
    return has_more;
  }

  bool lacks_end_mark() const {
    return begin_.find("-- PostgreSQL database dump") != std::string::npos && tail_.find(kEndMark) == std::string::npos;
  }

 private:
  const Context& context_;
  archive::StreamDecoder decoder_;
  std::string begin_, tail_;
};

// What `pg_dump --create` and `--clean` add is about databases and objects that a new database does not have.
bool is_about_the_database(std::string_view text) {
  for (const char* words : {"CREATE DATABASE", "DROP DATABASE", "ALTER DATABASE", "COMMENT ON DATABASE", "GRANT ALL ON DATABASE",
                            "REVOKE ALL ON DATABASE", "GRANT CONNECT ON DATABASE", "REVOKE CONNECT"})
    if (text.starts_with(words)) return true;
  return false;
}

bool is_clean_up(const Error& error, std::string_view text) {
  const bool is_missing = error.sqlstate() == "42P01" || error.sqlstate() == "42704" || error.sqlstate() == "3F000" || error.sqlstate() == "42883";
  if (text.starts_with("SELECT pg_catalog.lo_unlink(")) return is_missing;
  return is_missing && (text.starts_with("DROP ") || text.starts_with("ALTER TABLE")) && text.find("DROP") != std::string_view::npos;
}

std::uint64_t copy_rows(pg::Connection& connection, archive::SqlScript& script, const archive::Statement& statement) {
  connection.copy_in_begin(statement.text);
  std::string rows;
  while (script.next_rows(rows)) connection.copy_in_put(rows);
  return connection.copy_in_finish();
}

ForeignResult load_script(const Context& context, const Source& source, const pg::ConnectionInfo& target, const ForeignOptions& options) {
  pg::Connection connection(context, target);
  connection.execute("SET synchronous_commit = off");
  connection.execute("SET client_min_messages = warning");
  MarkedSource text(context, source.content.string());
  archive::SqlScript script([&](std::string& into) { return text(into); });
  const transfer::ScriptOptions script_options{options.skips_owners, options.skips_privileges, false, false};
  ForeignResult result;
  int connects = 0;
  while (const auto statement = script.next()) {
    try {
      if (statement->kind == archive::Statement::Kind::meta) {
        if (statement->text.starts_with("\\connect") || statement->text.starts_with("\\c ")) ++connects;
        if (connects > 1)
          throw Error(Code::usage, "the script is of several databases (pg_dumpall)", "Restore a dump of one database: pg_dump DATABASE.");
      } else if (statement->kind == archive::Statement::Kind::copy_from_stdin) {
        result.rows += copy_rows(connection, script, *statement);
      } else if (is_about_the_database(statement->text)) {
        context.sink.note("passed over: " + one_line(statement->text.substr(0, 100)));
      } else {
        try {
          transfer::run_statement(connection, *statement, script_options);
        } catch (const Error& error) {
          if (connection.is_broken() || !is_clean_up(error, statement->text)) throw;
        }
      }
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      throw error.in(fmt::format("line {}", statement->line));
    }
  }
  if (text.lacks_end_mark())
    throw Error(Code::archive_incomplete, "\"" + source.path.string() + "\" ends without pg_dump's end mark: it was cut",
                "Nothing was swapped in; take another backup.");
  return result;
}

bool is_custom_format(const std::filesystem::path& path) {
  char magic[5] = {};
  const auto fd = os::open_for_reading(path);
  os::read_exactly_at(fd.get(), 0, magic, sizeof magic, path);
  return std::string_view(magic, sizeof magic) == "PGDMP";
}

void run_pg_restore(const Context& context, const Source& source, const pg::ConnectionInfo& target, const ForeignOptions& options) {
  pg::Connection probe(context, target);
  const auto program = pg::choose_client_program(context, "pg_restore", probe.server_version_num());
  // A connection string, so that no database name can be mistaken for an option or a URL; the rest is in the environment.
  std::string quoted;
  for (const char c : target.database()) quoted += (c == '\'' || c == '\\') ? std::string("\\") + c : std::string(1, c);
  std::vector<std::string> arguments{"--exit-on-error", "--no-password", "--dbname=dbname='" + quoted + "'"};
  const bool is_tar = std::filesystem::is_regular_file(source.content) && !is_custom_format(source.content);
  if (options.jobs > 1 && !is_tar) arguments.push_back(fmt::format("--jobs={}", options.jobs));
  if (options.skips_owners) arguments.push_back("--no-owner");
  if (options.skips_privileges) arguments.push_back("--no-privileges");
  arguments.push_back(source.content.string());
  const auto result = os::run_process(context, {program.path, arguments, target.environment()}, [](std::string_view) {});
  if (result.exit_code == 0) return;
  const auto text = trim(result.standard_error);
  throw Error(Code::command_failed, fmt::format("pg_restore ended with exit code {}", result.exit_code),
              "Nothing was swapped in. The message is pg_restore's own.", one_line(text.substr(0, 400)));
}

}  // namespace

ForeignResult load_foreign(const Context& context, const Source& source, const pg::ConnectionInfo& target, const ForeignOptions& options) {
  if (source.kind == SourceKind::plain_script) return load_script(context, source, target, options);
  run_pg_restore(context, source, target, options);
  return {};
}

}  // namespace safety::restore
