#include "libsafety/beside/beside.hpp"

#include <algorithm>

#include "libsafety/checkpoint/registry.hpp"
#include "libsafety/plan/journal.hpp"

namespace safety::beside {
namespace {

constexpr Kind kKinds[] = {Kind::clone, Kind::previous, Kind::staging, Kind::proof, Kind::rehearsal};

/// Names and oids stand in a journal's arguments and facts; its own stamp is also that of the names it has yet to note.
bool is_named_by(const plan::JournalState& journal, const Database& found) {
  for (const auto& [name, value] : journal.head.arguments)
    if (value == found.name) return true;
  for (const auto& [name, value] : journal.facts)
    if (value == found.name || (name.ends_with("_oid") && value == std::to_string(found.oid))) return true;
  const auto stem = journal.path.stem().string();  // "restore_<stamp>"
  const auto stamp = stem.substr(stem.find('_') + 1);
  return found.kind != Kind::clone && found.name.ends_with("_" + stamp);
}

void note_sessions(pg::Connection& maintenance, Database& found) {
  found.sessions = static_cast<std::uint64_t>(
      maintenance
          .query("SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datid = $1::oid AND usesysid IS NOT NULL",
                 {std::to_string(found.oid)})
          .number(0, 0));
}

void note_subscriptions(pg::Connection& maintenance, Database& found) {
  const auto rows = maintenance.query(
      "SELECT subname FROM pg_catalog.pg_subscription WHERE subdbid = $1::oid AND subenabled ORDER BY 1",
      {std::to_string(found.oid)});
  for (int row = 0; row < rows.rows(); ++row) found.subscriptions.push_back(rows.text(row, 0));
}

}  // namespace

std::string name_of(Kind kind) {
  switch (kind) {
    case Kind::clone:
      return "clone";
    case Kind::previous:
      return "previous";
    case Kind::staging:
      return "staging";
    case Kind::proof:
      return "proof";
    case Kind::rehearsal:
      break;
  }
  return "rehearsal";
}

std::optional<transfer::DerivedDatabase> find_clone(pg::Connection& maintenance, const checkpoint::Record& record) {
  if (!record.clone) return std::nullopt;
  return transfer::find_database(maintenance, record.clone->database, record.clone->oid);
}

std::vector<Database> list_beside(pg::Connection& maintenance, const std::string& database,
                                  const std::filesystem::path& operations,
                                  const std::vector<checkpoint::Record>& records) {
  const auto journals = plan::find_unfinished(operations);
  std::vector<Database> found;
  for (const auto kind : kKinds)
    for (const auto& one : transfer::list_derived(maintenance, database, name_of(kind))) {
      Database beside;
      beside.kind = kind;
      beside.name = one.name;
      beside.oid = one.oid;
      beside.bytes = one.bytes;
      beside.made = transfer::time_of_derived(one.name, database, name_of(kind)).value_or(Instant{});
      for (const auto& record : records)
        if (record.clone && record.clone->database == one.name && record.clone->oid == one.oid) {
          beside.checkpoint = record.id;
          beside.is_pinned = !record.pins.empty();
        }
      for (const auto& journal : journals)
        if (is_named_by(journal, beside))
          beside.needed_by = journal.head.operation.empty() ? journal.path.filename().string() : journal.head.operation;
      note_sessions(maintenance, beside);
      note_subscriptions(maintenance, beside);
      found.push_back(std::move(beside));
    }
  std::stable_sort(found.begin(), found.end(), [](const Database& a, const Database& b) { return a.made < b.made; });
  return found;
}

std::vector<checkpoint::Record> known_records(const Context& context, const pg::ConnectionInfo& info,
                                              const checkpoint::Store& store) {
  auto records = store.list(context);
  try {
    checkpoint::Registry registry(context, info);
    if (!registry.is_there()) return records;
    for (auto& record : registry.list()) {
      const bool is_here =
          std::any_of(records.begin(), records.end(), [&](const auto& one) { return one.id == record.id; });
      if (!is_here && record.clone) records.push_back(std::move(record));
    }
  } catch (const Interrupted&) {
    throw;
  } catch (const Error&) {  // a database too broken to be entered, or a role that may not look
  }
  return records;
}

}  // namespace safety::beside
