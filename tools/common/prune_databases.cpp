#include "tools/common/prune_databases.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "tools/common/database_table.hpp"

namespace safety::tools {
namespace {

std::string describe(const std::vector<beside::Choice>& choices) {
  std::string text;
  for (const auto& choice : choices)
    text += fmt::format("  {} {} {:>9}, {} old: {}\n", choice.is_chosen ? "drop" : "keep", choice.database.name,
                        format_bytes(choice.database.bytes), age_of(choice.database), choice.why);
  return text;
}

nlohmann::ordered_json fields_of_all(const std::vector<beside::Choice>& choices) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& choice : choices) {
    list.push_back(fields_of(choice.database));
    list.back()["drop"] = choice.is_chosen;
    list.back()["why"] = choice.why;
  }
  return list;
}

}  // namespace

Result prune_databases(const Context& context, const Tool& tool, const beside::PruneOptions& options) {
  const auto info = tool.connection();
  const checkpoint::Store store(tool.backup_dir());
  auto maintenance = pg::connect_to_maintenance(context, info);
  const auto choices = beside::choose(beside::list_beside(maintenance, info.database(), store.operations_folder(),
                                                          beside::known_records(context, info, store)),
                                      options, std::chrono::system_clock::now());
  std::uint64_t count = 0, bytes = 0;
  for (const auto& choice : choices)
    if (choice.is_chosen) ++count, bytes += choice.database.bytes;
  const auto text = choices.empty() ? "there is no database beside \"" + info.database() + "\"\n" : describe(choices);
  if (tool.is_dry_run())
    return {Code::success, "would do:\n" + text,
            nlohmann::ordered_json{{"dry_run", true}, {"databases", fields_of_all(choices)}}.dump()};
  if (count > 0)
    tool.confirm(fmt::format("{}{}, {}, will be dropped for good.", text, format_plural(count, "database"), format_bytes(bytes)));
  const auto pruned = beside::prune(context, info, store, choices);
  auto dropped = nlohmann::ordered_json::array();
  for (const auto& one : pruned.dropped) dropped.push_back(fields_of(one));
  const nlohmann::ordered_json fields{{"databases", fields_of_all(choices)},
                                      {"dropped", dropped},
                                      {"bytes", pruned.bytes()},
                                      {"records_without_clone", pruned.changed_records},
                                      {"records_removed", pruned.removed_records}};
  return {Code::success,
          fmt::format("{}dropped {}, {} freed\n", tool.is_confirmed() || count == 0 ? text : "",
                      format_plural(pruned.dropped.size(), "database"), format_bytes(pruned.bytes())),
          fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

}  // namespace safety::tools
