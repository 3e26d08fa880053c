#include "libsafety/transfer/dump_schema.hpp"

#include <fmt/format.h>

#include "libsafety/archive/script_text.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/process.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::transfer {
namespace {

os::Command pg_dump_command(const SchemaDumpRequest& request, std::vector<std::string> arguments) {
  arguments.push_back("--snapshot=" + request.snapshot);
  arguments.push_back(fmt::format("--lock-wait-timeout={}", request.lock_wait.count()));
  arguments.push_back("--blobs");
  arguments.push_back("--no-password");
  if (request.skips_own_schema) arguments.push_back("--exclude-schema=safety");
  auto environment = request.info.environment();
  // PGOPTIONS of the surroundings must not change what pg_dump writes; options of the URL belong to the connection (some
  // hosts route by them). Ours are added only where they must be: poolers may refuse any.
  auto& options = environment["PGOPTIONS"];
  for (const auto& setting : request.pinned_settings) options += (options.empty() ? "-c " : " -c ") + setting;
  for (const auto& [name, value] : request.pg_dump.environment) environment[name] = value;
  arguments.insert(arguments.begin(), request.pg_dump.prefix.begin(), request.pg_dump.prefix.end());
  return {request.pg_dump.path, std::move(arguments), std::move(environment)};
}

}  // namespace

Error pg_dump_error(const os::ProcessResult& result) {
  std::string first;
  std::string_view rest = result.standard_error;
  while (!rest.empty() && first.empty()) {
    const auto end = rest.find('\n');
    if (const auto line = rest.substr(0, end); line.find("error:") != std::string_view::npos) first = one_line(trim(line));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  if (first.empty()) first = one_line(trim(result.standard_error));
  // Its own --lock-wait-timeout is the server's statement_timeout while it locks.
  const bool is_lock = result.standard_error.find("lock timeout") != std::string::npos || result.standard_error.find("statement timeout") != std::string::npos;
  return Error(is_lock ? Code::locked : Code::command_failed, fmt::format("pg_dump ended with exit code {}", result.exit_code),
               is_lock ? "A migration is probably running: wait for it, or allow more with --lock-wait-timeout."
                       : "The message is pg_dump's own; `safety-doctor` checks versions and privileges.",
               first);
}

std::vector<std::string> settings_to_pin(pg::Connection& connection) {
  const auto rows = connection.execute(
      "SELECT (SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'standard_conforming_strings') = 'off', "
      "(SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'lc_monetary') NOT IN ('C', 'POSIX') AND EXISTS (SELECT FROM "
      "pg_catalog.pg_attribute WHERE attrelid >= 16384 AND atttypid IN ('pg_catalog.money'::regtype, 'pg_catalog.money[]'::regtype))");
  std::vector<std::string> settings;
  if (rows.is_true(0, 0)) settings.push_back("standard_conforming_strings=on");
  if (rows.is_true(0, 1)) settings.push_back("lc_monetary=C");
  return settings;
}

std::string dump_section(const Context& context, const SchemaDumpRequest& request, const std::string& section) {
  std::string text;
  const auto result = os::run_process(context, pg_dump_command(request, {"--section=" + section}),
                                      [&](std::string_view piece) { text.append(piece); });
  if (result.exit_code != 0) throw pg_dump_error(result);
  if (text.find("PostgreSQL database dump complete") == std::string::npos)
    throw Error(Code::command_failed, "pg_dump's output has no end mark", "Run it by hand to see why.");
  return archive::clean_section(text, true);
}

void dump_large_objects(const Context& context, const SchemaDumpRequest& request, archive::Writer& writer) {
  constexpr std::size_t kFrameBytes = 4 << 20;
  std::string text;
  bool has_ended = false;
  // The text is lines of lo_* calls, none of which holds a newline, so any line border is a statement border.
  auto flush_lines = [&](bool is_last) {
    const auto end = is_last ? text.size() : text.rfind('\n') + 1;
    writer.append(archive::Role::large_objects, archive::strip_transaction_commands(archive::clean_section(text.substr(0, end), true)));
    text.erase(0, end);
  };
  // A schema without tables: none is locked, so nobody who waits to lock one keeps us waiting. Large objects are in no schema.
  const auto result = os::run_process(
      context, pg_dump_command(request, {"--section=data", "--schema=pg_toast"}), [&](std::string_view piece) {
        text.append(piece);
        if (!has_ended && text.find("PostgreSQL database dump complete") != std::string::npos) has_ended = true;
        if (text.size() >= kFrameBytes) flush_lines(false);
      });
  if (result.exit_code != 0) throw pg_dump_error(result);
  flush_lines(true);
  if (!has_ended) throw Error(Code::command_failed, "pg_dump's large objects have no end mark", "Run it by hand to see why.");
}

std::string sequence_script(const std::vector<SequenceState>& sequences) {
  std::string script;
  for (const auto& sequence : sequences)
    script += fmt::format("SELECT pg_catalog.setval({}, {}, {});\n",
                          pg::quote_literal(pg::quote_qualified(sequence.schema, sequence.name)), sequence.last_value,
                          sequence.is_called);
  return script;
}

std::string envelope_begin(const std::string& encoding, const std::string& comment, bool has_envelope) {
  return fmt::format(
      "-- {}\n"
      "-- Restore it with safety-restore, or with stock tools into an empty database:\n"
      "--   zstdcat FILE | psql -X -v ON_ERROR_STOP=1 DATABASE     (zcat for .gz, cat for .sql)\n"
      "SET statement_timeout = 0;\nSET lock_timeout = 0;\nSET idle_in_transaction_session_timeout = 0;\n"
      "SET client_encoding = {};\nSET standard_conforming_strings = on;\n"
      "SELECT pg_catalog.set_config('search_path', '', false);\n"
      "SET check_function_bodies = false;\nSET xmloption = content;\nSET client_min_messages = warning;\n"
      "SET row_security = off;\n"
      "SET DateStyle = 'ISO';\nSET IntervalStyle = 'postgres';\nSET lc_monetary = 'C';\n{}\n",
      one_line(comment), pg::quote_literal(encoding), has_envelope ? "BEGIN;\n" : "");
}

std::string envelope_end(bool has_envelope) { return has_envelope ? "\nCOMMIT;\n" : "\n"; }

}  // namespace safety::transfer
