#include "tools/common/checkpoint_changes.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "libsafety/archive/reader.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/schema/fingerprint.hpp"
#include "tools/common/restore_choice.hpp"

namespace safety::tools {
namespace {

namespace fs = std::filesystem;
using What = schema::Difference::What;

/// The newest checkpoint with an archive that is older than this one.
fs::path archive_before(const Context& context, const checkpoint::Store& store, const ChosenArchive& chosen) {
  if (!chosen.record)
    throw Error(Code::usage, fmt::format("\"{}\" has no record, so it is not known what was before it", chosen.path.string()), "Name two: `safety-list --changes EARLIER LATER`.");
  fs::path before;
  for (const auto& record : store.list(context))  // in order of sequence
    if (record.database == chosen.record->database && record.sequence < chosen.record->sequence && store.has_archive(record)) before = store.archive_path(record);
  if (before.empty())
    throw Error(Code::no_such_checkpoint, fmt::format("there is no archive of \"{}\" before checkpoint \"{}\"", chosen.record->database, chosen.record->id),
                "`safety-list` shows the checkpoints; `safety-list --changes EARLIER LATER` compares any two.");
  return before;
}

std::string_view word_of(What what) {
  switch (what) {
    case What::missing: return "dropped";
    case What::added: return "added";
    case What::changed: break;
  }
  return "changed";
}

/// Heads and fingerprints of the tools, where they are not the same in both.
nlohmann::ordered_json changed_facts(const archive::Index& before, const archive::Index& after) {
  std::set<std::string> keys;
  for (const auto* index : {&before, &after})
    for (const auto& [key, value] : index->facts)
      if (key != "snapshot_xid") keys.insert(key);  // when it was, not what it was
  auto facts = nlohmann::ordered_json::array();
  for (const auto& key : keys) {
    const auto value_in = [&](const archive::Index& index) { return index.facts.contains(key) ? index.facts.at(key) : std::string(); };
    if (value_in(before) != value_in(after)) facts.push_back({{"fact", key}, {"before", value_in(before)}, {"after", value_in(after)}});
  }
  return facts;
}

}  // namespace

Result list_changes(const Context& context, const checkpoint::Store& store, const std::string& database, const std::string& first, const std::string& second) {
  const auto named = choose_archive(context, first, database, store.folder());
  const auto from = second.empty() ? archive_before(context, store, named) : named.path;
  const auto to = second.empty() ? named.path : choose_archive(context, second, database, store.folder()).path;
  const auto before = archive::Reader::open(context, from), after = archive::Reader::open(context, to);
  const bool same_major = before.index().server_version_num / 10000 == after.index().server_version_num / 10000;
  if (!same_major) context.sink.note("the servers' versions differ, and with them how definitions are printed: names alone are compared");
  const auto differences = schema::compare_objects(before.index().schema_objects, after.index().schema_objects, {true, same_major});

  auto changes = nlohmann::ordered_json::array();
  auto text = fmt::format("from {} ({})\nto   {} ({})\n", before.index().id, before.index().snapshot_time.substr(0, 19), after.index().id, after.index().snapshot_time.substr(0, 19));
  for (const auto& [what, kind, name] : differences) {
    changes.push_back({{"change", word_of(what)}, {"kind", kind}, {"name", name}});
    text += fmt::format("  {:<8} {} {}\n", word_of(what), kind, one_line(name));
  }
  if (differences.empty()) text += "  the schemas are equal\n";
  const auto facts = changed_facts(before.index(), after.index());
  for (const auto& fact : facts)
    text += fmt::format("  {}: {} -> {}\n", fact["fact"].get<std::string>(), one_line(fact["before"].get<std::string>()), one_line(fact["after"].get<std::string>()));
  const nlohmann::ordered_json fields{{"from", before.index().id}, {"to", after.index().id}, {"changes", changes}, {"facts", facts}};
  return {Code::success, text, fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

}  // namespace safety::tools
