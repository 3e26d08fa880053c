// A rollback as its journal keeps it, so that a later process goes on with the same.
#include <nlohmann/json.hpp>

#include "libsafety/rollback/run.hpp"

namespace safety::rollback {

std::map<std::string, std::string> to_arguments(const Run& run) {
  nlohmann::json fills = nlohmann::json::array();
  for (const auto& fill : run.options.fills) fills.push_back({{"table", fill.table}, {"column", fill.column}, {"expression", fill.expression}});
  std::map<std::string, std::string> arguments{{"checkpoint", run.target.record.id},
                                               {"strategy", name_of(run.strategy)},
                                               {"fills", fills.dump()},
                                               {"restores_rows_of", nlohmann::json(run.options.restores_rows_of).dump()},
                                               {"cascades", run.options.cascades ? "yes" : "no"},
                                               {"takes_checkpoint", run.options.takes_checkpoint ? "yes" : "no"},
                                               {"moves_folders", run.options.moves_folders ? "yes" : "no"}};
  if (run.target.clone) arguments["clone"] = run.target.clone->id;
  if (run.target.archive) arguments["archive"] = run.target.archive->id;
  if (!run.undoes.empty()) arguments["undoes"] = run.undoes;
  return arguments;
}

void take_arguments(Run& run, const plan::JournalState& state) {
  const auto argument = [&](const std::string& name) {
    const auto found = state.head.arguments.find(name);
    return found == state.head.arguments.end() ? std::string() : found->second;
  };
  auto& options = run.options;
  run.strategy = parse_strategy(argument("strategy")).value_or(Strategy::undo);
  run.undoes = argument("undoes");
  options.fills.clear();
  const auto fills = nlohmann::json::parse(argument("fills"), nullptr, false);
  if (fills.is_array())
    for (const auto& one : fills) options.fills.push_back({one.value("table", ""), one.value("column", ""), one.value("expression", "")});
  const auto tables = nlohmann::json::parse(argument("restores_rows_of"), nullptr, false);
  if (tables.is_array()) options.restores_rows_of = tables.get<std::vector<std::string>>();
  options.cascades = argument("cascades") == "yes";
  options.takes_checkpoint = argument("takes_checkpoint") == "yes";
  options.moves_folders = argument("moves_folders") == "yes";
  run.target = target_of_ids(run.context, run.lock.session(), run.store, argument("checkpoint"), argument("clone"), argument("archive"));
  const auto found = state.facts.find("moves");
  if (found != state.facts.end()) run.moves = parse_moves(found->second);
  if (const auto rows = state.facts.find("rows"); rows != state.facts.end()) run.rows = parse_rows(rows->second);
  if (const auto changes = state.facts.find("changed"); changes != state.facts.end()) run.changes = parse_changes(changes->second);
}

std::string format_moves(const std::vector<Move>& moves) {
  auto list = nlohmann::json::array();
  for (const auto& one : moves) list.push_back({{"from", one.from.string()}, {"to", one.to.string()}, {"is_by_git", one.is_by_git}});
  return list.dump();
}

std::vector<Move> parse_moves(const std::string& text) {
  std::vector<Move> moves;
  const auto list = nlohmann::json::parse(text, nullptr, false);
  if (list.is_array())
    for (const auto& one : list) moves.push_back({one.value("from", ""), one.value("to", ""), one.value("is_by_git", false)});
  return moves;
}

std::vector<HistoryRow> parse_rows(const std::string& text) {
  std::vector<HistoryRow> rows;
  const auto list = nlohmann::json::parse(text, nullptr, false);
  if (list.is_array())
    for (const auto& one : list)
      rows.push_back({one.value("tool", ""), one.value("schema", ""), one.value("table", ""), one.value("name", ""), one.value("state", ""), one.value("finished", ""), one.value("json", ""),
                      one.value("xid", "")});
  return rows;
}

std::string format_written(const std::vector<Written>& written) {
  auto list = nlohmann::json::array();
  const auto number = [](const std::optional<std::uint64_t>& value) { return value ? nlohmann::json(*value) : nlohmann::json(); };
  for (const auto& one : written)
    list.push_back({{"table", one.table}, {"owner", static_cast<int>(one.owner)}, {"before", number(one.before)}, {"now", number(one.now)}, {"written", number(one.written)}, {"is_exact", one.is_exact}});
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<Written> parse_written(const std::string& text) {
  std::vector<Written> written;
  const auto list = nlohmann::json::parse(text, nullptr, false);
  const auto number = [](const nlohmann::json& one, const char* name) {
    const auto found = one.find(name);
    return found == one.end() || !found->is_number_unsigned() ? std::optional<std::uint64_t>() : std::optional<std::uint64_t>(*found);
  };
  if (list.is_array())
    for (const auto& one : list)
      written.push_back({one.value("table", ""), static_cast<migrations::Owner>(one.value("owner", 0)), number(one, "before"), number(one, "now"), number(one, "written"), one.value("is_exact", true)});
  return written;
}

std::string format_changes(const std::vector<schema::Change>& changes) {
  auto list = nlohmann::json::array();
  const auto side = [](const schema::Definition& one) { return nlohmann::json{{"kind", one.kind}, {"name", one.name}, {"table", one.table}, {"text", one.text}}; };
  for (const auto& one : changes)
    list.push_back({{"what", static_cast<int>(one.what)}, {"before", side(one.before)}, {"after", side(one.after)}, {"words", one.words}, {"loses_data", one.loses_data}});
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<schema::Change> parse_changes(const std::string& text) {
  std::vector<schema::Change> changes;
  const auto list = nlohmann::json::parse(text, nullptr, false);
  const auto side = [](const nlohmann::json& change, const char* name) {
    const auto one = change.value(name, nlohmann::json::object());
    return schema::Definition{one.value("kind", ""), one.value("name", ""), one.value("table", ""), one.value("text", "")};
  };
  if (list.is_array())
    for (const auto& one : list)
      changes.push_back({static_cast<schema::Change::What>(one.value("what", 0)), side(one, "before"), side(one, "after"), one.value("words", ""), "", one.value("loses_data", false)});
  return changes;
}

std::string format_rows(const std::vector<HistoryRow>& rows) {
  auto list = nlohmann::json::array();
  for (const auto& row : rows)
    list.push_back({{"tool", row.tool}, {"schema", row.schema}, {"table", row.table}, {"name", row.name}, {"state", row.state}, {"finished", row.finished}, {"json", row.json}, {"xid", row.xid}});
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace safety::rollback
