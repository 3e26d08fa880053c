#include "libsafety/undo/align.hpp"

#include <algorithm>

#include "libsafety/schema/fingerprint.hpp"

namespace safety::undo {
namespace {

using What = schema::Change::What;

const schema::Definition& subject(const schema::Change& change) { return change.what == What::dropped ? change.before : change.after; }

bool is_of(const std::string& kind, std::initializer_list<std::string_view> kinds) { return std::find(kinds.begin(), kinds.end(), kind) != kinds.end(); }

bool is_aligned(const schema::Change& change, Stage stage) {
  const auto& one = subject(change);
  if (change.sql.empty()) return false;
  // Columns that come and go are the script's.
  if (is_of(one.kind, {"column", "type", "function", "sequence", "table", "partitioned table"})) return change.what == What::changed;
  if (one.kind == "constraint") return one.text.starts_with("CHECK");
  if (one.kind == "domain constraint") return true;
  return stage == Stage::at_the_end && is_of(one.kind, {"setting", "privileges", "comment", "publication", "schema"}) && (one.kind != "schema" || change.what == What::changed);
}

}  // namespace

void align(pg::Connection& target, const std::vector<schema::Definition>& then, Stage stage) {
  std::vector<schema::Change> changes;
  for (auto& change : schema::compare(schema::read_definitions(target), then))
    if (is_aligned(change, stage)) changes.push_back(std::move(change));
  if (!changes.empty()) target.execute(schema::script_of(changes));
}

std::vector<std::string> differences_of(const std::vector<archive::SchemaObject>& then, const std::vector<archive::SchemaObject>& now, pg::Connection& target,
                                        const std::vector<schema::Definition>& then_definitions) {
  auto differences = schema::describe_differences(then, now, {});
  for (const auto& change : schema::compare(schema::read_definitions(target), then_definitions)) differences.push_back("still to do: " + change.words);
  return differences;
}

}  // namespace safety::undo
