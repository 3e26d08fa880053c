#include "libsafety/schedule/drill.hpp"

#include <fmt/format.h>

#include <random>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/migrations/history.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/rehearsal/commands.hpp"
#include "libsafety/rehearsal/copy.hpp"
#include "libsafety/restore/verify.hpp"
#include "libsafety/schedule/noted.hpp"

namespace safety::schedule {
namespace {

using checkpoint::Proof;
using checkpoint::Record;

Record choose(const Context& context, const checkpoint::Store& store, const std::string& database, const DrillOptions& options) {
  const auto newest = store.resolve(context, options.checkpoint.empty() ? "latest" : options.checkpoint, database);
  if (!options.picks_older || !options.checkpoint.empty()) return newest;
  std::vector<Record> older;
  for (const auto& record : store.list(context))
    if (record.database == database && store.has_archive(record) && !record.is_schema_only && record.id != newest.id) older.push_back(record);
  if (older.empty()) return newest;
  std::random_device random;
  return older[std::uniform_int_distribution<std::size_t>(0, older.size() - 1)(random)];
}

/// Facts that tell which migration the database is at. Pending ones are the code's, which has moved on since.
bool is_head(const std::string& fact) { return fact.starts_with("prisma_head ") || fact.starts_with("drizzle_head ") || fact == "drizzle_fingerprint"; }

/// What the copy says of its migrations and the record does not, or the other way round.
std::vector<std::string> compare_heads(const Context& context, const pg::ConnectionInfo& copy, const Record& record, const migrations::Project& project) {
  pg::Connection connection(context, copy);
  pg::use_dump_settings(connection);
  pg::Transaction transaction(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  const auto heads = migrations::read_heads(context, connection, project);
  std::vector<std::string> wrong;
  for (const auto& [fact, value] : record.facts) {
    if (!is_head(fact)) continue;
    const auto found = heads.find(fact);
    // The fingerprint needs the code, which may have moved on, or not be here.
    if (fact == "drizzle_fingerprint" && !project.drizzle) continue;
    if (found == heads.end() || found->second != value)
      wrong.push_back(fmt::format("{} is \"{}\" there and \"{}\" in the record", fact, found == heads.end() ? "" : found->second, value));
  }
  return wrong;
}

/// What does not do, each in a line. Empty: it can be used.
std::vector<std::string> use(const Context& context, const rehearsal::Copy& copy, const Record& record, const DrillOptions& options) {
  auto wrong = compare_heads(context, copy.info(), record, options.project);
  auto project = options.project;
  project.smoke.insert(project.smoke.end(), options.sql.begin(), options.sql.end());
  for (const auto& failed : rehearsal::run_smoke(context, copy.info(), project)) wrong.push_back("statement " + failed);
  project.commands = options.commands;
  if (!project.commands.empty())
    for (const auto& outcome : rehearsal::run_commands(context, copy.info(), project).commands)
      if (!outcome.has_succeeded())
        wrong.push_back(fmt::format("`{}` ended with {}{}", outcome.line, outcome.exit_code, outcome.trouble.empty() ? "" : ": " + outcome.trouble));
  return wrong;
}

/// What is run must not reach the real database.
void refuse_real_addresses(const DrillOptions& options) {
  auto project = options.project;
  project.commands = options.commands;
  const auto problems = migrations::check_addresses(project);
  if (!problems.empty()) throw Error(Code::config, "this cannot be run in a drill: " + problems.front().message, problems.front().hint);
}

}  // namespace

DrillResult drill(const Context& context, const pg::ConnectionInfo& info, const DrillOptions& options) {
  refuse_real_addresses(options);
  const checkpoint::Store store(options.folder);
  const auto database = info.database();
  Noted noted(context, store, options.channels, "drill", database);
  return noted.through([&](checkpoint::Run& run) -> DrillResult {
    auto record = choose(context, store, database, options);
    run.checkpoint = record.id;
    checkpoint::OperationLock lock(context, info, database);
    checkpoint::close_dead_runs(context, store, database, run.id);

    noted.step("restore aside");
    rehearsal::RehearsalOptions wanted;
    wanted.folder = options.folder;
    wanted.archive = store.require_archive(record);
    wanted.checkpoint = record.id;
    wanted.expected_sha256 = record.archive.sha256;
    wanted.jobs = options.jobs;
    wanted.tool_version = options.tool_version;
    std::optional<rehearsal::Copy> copy;
    const auto note = [&](Proof level, double seconds, const std::string& why_not) {
      const checkpoint::ProofEntry entry{level, format_rfc3339(std::chrono::system_clock::now()), seconds, why_not.empty(), why_not};
      record = restore::note_proof(context, info, store, record, entry);
    };
    try {
      copy.emplace(context, info, wanted, lock);
    } catch (const Error& error) {
      if (restore::is_about_the_archive(error.code())) note(Proof::content, 0, error.message());
      throw;
    }
    os::fault_point("drill.restored");
    DrillResult result{run, record, Proof::content, copy->seconds(), 0};
    note(Proof::content, result.restore_seconds, "");

    noted.step("use it");
    const Stopwatch watch;
    const auto wrong = use(context, *copy, record, options);
    result.use_seconds = watch.seconds();
    if (!wrong.empty())
      throw Error(Code::verification, fmt::format("checkpoint {} came back as it was backed up, but does not do: {}", record.id, wrong.front()),
                  "Look at it: `safety-restore " + record.id + " --to NEW_DATABASE` restores it beside.", join_some(wrong));
    result.proof = Proof::used;
    note(Proof::used, result.restore_seconds, "");
    result.record = record;
    os::fault_point("drill.used");

    noted.step("drop the copy");
    copy.reset();
    return result;
  });
}

}  // namespace safety::schedule
