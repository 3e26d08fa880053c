#include "libsafety/beside/prune.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/checkpoint/registry.hpp"
#include "libsafety/os/fault_point.hpp"

namespace safety::beside {
namespace {

bool is_named(const PruneOptions& options, const Database& one) {
  return std::any_of(options.names.begin(), options.names.end(), [&](const std::string& name) {
    return name == one.name || (!one.checkpoint.empty() && name == one.checkpoint);
  });
}

void check_names(const std::vector<Database>& databases, const PruneOptions& options) {
  for (const auto& name : options.names) {
    PruneOptions one;
    one.names = {name};
    if (std::none_of(databases.begin(), databases.end(), [&](const auto& database) { return is_named(one, database); }))
      throw Error(Code::usage, "\"" + name + "\" is no clone, previous or left-over database of this database",
                  "`safety-list --databases` lists them.");
  }
}

/// Why it must stay whatever is asked; "" when nothing says so.
std::string why_never(const Database& one) {
  if (!one.needed_by.empty()) return one.needed_by + " is unfinished and needs it";
  if (!one.subscriptions.empty()) return "subscription \"" + one.subscriptions.front() + "\" is at work in it";
  return "";
}

std::string why_not_unasked(const Database& one) {
  if (one.is_pinned) return "its checkpoint is pinned";
  if (one.sessions > 0) return format_plural(one.sessions, "session") + " in it";
  return "";
}

std::string describe(const Database& one) {
  if (one.kind == Kind::clone && !one.checkpoint.empty()) return "clone of " + one.checkpoint;
  return one.is_leftover() ? "left over" : name_of(one.kind);
}

/// One entry a database, the same order: how many newer ones of its kind there are. Left-over ones do not count.
std::vector<unsigned> count_newer(const std::vector<Database>& databases) {
  std::map<Kind, unsigned> seen;
  std::vector<unsigned> newer(databases.size());
  for (std::size_t at = databases.size(); at-- > 0;)
    if (!databases[at].is_leftover()) newer[at] = seen[databases[at].kind]++;
  return newer;
}

}  // namespace

std::uint64_t Pruned::bytes() const {
  return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& one) { return sum + one.bytes; });
}

std::vector<Choice> choose(const std::vector<Database>& databases, const PruneOptions& options, Instant now) {
  check_names(databases, options);
  const auto newer = count_newer(databases);
  std::vector<Choice> choices;
  for (std::size_t at = 0; at < databases.size(); ++at) {
    const auto& one = databases[at];
    Choice choice{one, false, why_never(one)};
    const bool was_named = is_named(options, one);
    if (was_named && !one.needed_by.empty())
      throw Error(Code::resumable, fmt::format("database \"{}\" cannot be dropped: {}", one.name, choice.why),
                  "Run the tool that it is of with --resume or --abort first; `safety-doctor` names it.");
    if (was_named && !choice.why.empty())
      throw Error(
          Code::locked, fmt::format("database \"{}\" cannot be dropped: {}", one.name, choice.why),
          "Enable it in the database in use and drop it there (ALTER and DROP SUBSCRIPTION), then run it again.");
    if (choice.why.empty() && !options.names.empty() && !was_named) choice.why = "not named";
    if (choice.why.empty() && !was_named) choice.why = why_not_unasked(one);
    if (choice.why.empty() && !one.is_leftover() && newer[at] < options.keep)
      choice.why = fmt::format("one of the newest {}", options.keep);
    if (choice.why.empty() && options.older_than && now - one.made < *options.older_than)
      choice.why = "not older than " + format_seconds(std::chrono::duration<double>(*options.older_than).count());
    choice.is_chosen = choice.why.empty();
    if (choice.is_chosen) choice.why = describe(one);
    choices.push_back(std::move(choice));
  }
  return choices;
}

namespace {

/// Files first, which are the authority. Records of other folders have a row alone.
void forget_clone(const Context& context, const pg::ConnectionInfo& info, const checkpoint::Store& store,
                  const checkpoint::Record& record, Pruned& pruned) {
  if (std::filesystem::exists(store.record_path(record.id))) {
    auto& ids = store.forget_clone(record) ? pruned.removed_records : pruned.changed_records;
    ids.push_back(record.id);
  }
  try {
    checkpoint::Registry registry(context, info);
    if (!registry.is_there()) return;
    auto changed = record;
    changed.clone.reset();
    if (changed.names_archive())
      registry.put(changed);
    else
      registry.remove(record.id);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    context.sink.warning("checkpoint " + record.id +
                         " has lost its clone, but its row in schema \"safety\" still names it: " + error.message());
  }
}

/// Records of this server whose clone is gone: a person dropped it, or a prune was killed between the two.
void forget_lost_clones(const Context& context, const pg::ConnectionInfo& info, const checkpoint::Store& store,
                        pg::Connection& maintenance, const std::vector<checkpoint::Record>& records, Pruned& pruned) {
  std::string system;
  try {
    system = maintenance.value_of("SELECT system_identifier FROM pg_catalog.pg_control_system()");
  } catch (const Error& error) {
    if (error.code() != Code::not_permitted) throw;
  }
  for (const auto& record : records) {
    const bool is_of_here = !system.empty() && record.system_identifier == system && record.database == info.database();
    if (is_of_here && record.clone && !find_clone(maintenance, record))
      forget_clone(context, info, store, record, pruned);
  }
}

}  // namespace

Pruned prune(const Context& context, const pg::ConnectionInfo& info, const checkpoint::Store& store,
             const std::vector<Choice>& chosen) {
  checkpoint::OperationLock lock(context, info, info.database());
  auto& maintenance = lock.session();
  const auto records = known_records(context, info, store);
  // The world may have changed while somebody thought about the question.
  const auto there = list_beside(maintenance, info.database(), store.operations_folder(), records);
  Pruned pruned;
  for (const auto& choice : chosen) {
    const auto found = std::find_if(there.begin(), there.end(), [&](const auto& one) {
      return one.name == choice.database.name && one.oid == choice.database.oid;
    });
    if (!choice.is_chosen || found == there.end()) continue;
    if (const auto why = why_never(*found); !why.empty()) {
      context.sink.warning(fmt::format("database \"{}\" stays: {}", found->name, why));
      continue;
    }
    context.throw_if_stopped();
    context.sink.phase("drop " + found->name);
    transfer::drop_database(maintenance, found->name);
    pruned.dropped.push_back(*found);
    // At once: a kill before the next one leaves records that tell the truth.
    for (const auto& record : records)
      if (record.id == found->checkpoint) forget_clone(context, info, store, record, pruned);
  }
  forget_lost_clones(context, info, store, maintenance, store.list(context), pruned);
  return pruned;
}

}  // namespace safety::beside
