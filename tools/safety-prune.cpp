// safety-prune: what is kept and no longer wanted. So far databases beside the one in use.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/beside/prune.hpp"
#include "tools/common/database_table.hpp"
#include "tools/common/tool.hpp"

namespace {

using namespace safety;

constexpr const char* kTakes = "safety-prune takes --databases";

beside::PruneOptions options_of(const std::string& older_than, unsigned keep, std::vector<std::string> names) {
  beside::PruneOptions options{std::nullopt, keep, std::move(names)};
  if (older_than.empty()) return options;
  options.older_than = parse_duration(older_than);
  if (!options.older_than)
    throw Error(Code::usage, "\"" + older_than + "\" is not a duration", "Write it as 90min, 12h or 7d.");
  return options;
}

std::string describe(const std::vector<beside::Choice>& choices) {
  std::string text;
  for (const auto& choice : choices)
    text += fmt::format("  {} {} {:>9}, {} old: {}\n", choice.is_chosen ? "drop" : "keep", choice.database.name,
                        format_bytes(choice.database.bytes), tools::age_of(choice.database), choice.why);
  return text;
}

nlohmann::ordered_json fields_of(const std::vector<beside::Choice>& choices) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& choice : choices) {
    list.push_back(tools::fields_of(choice.database));
    list.back()["drop"] = choice.is_chosen;
    list.back()["why"] = choice.why;
  }
  return list;
}

}  // namespace

int main(int argc, char** argv) {
  tools::Tool tool("safety-prune", "Drop clones, previous databases and what dead runs left beside the database.",
                   "  safety-prune --databases --older-than 7d\n"
                   "  safety-prune --databases --keep 1 --yes\n"
                   "  safety-prune --databases shop__previous_20261123_010255\n");
  bool has_databases = false;
  std::string older_than;
  unsigned keep = 0;
  std::vector<std::string> names;
  tool.action("--databases", has_databases,
              "clones, previous databases, and staging, proof and rehearsal databases that no unfinished run needs");
  tool.option("--older-than", older_than, "only those older than this: 90min, 12h, 7d", {.is_per_tool = true});
  tool.option("--keep", keep, "keep the newest so many clones, and as many previous databases");
  tool.arguments("name", names, "only these databases; a clone also by the id of its checkpoint");
  tool.with_confirmation();
  tool.with_dry_run();

  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    if (!has_databases)
      throw Error(
          Code::usage, kTakes,
          "Say --databases; archives are not pruned yet, remove their files yourself (archive, .json, .sha256).");
    const auto options = options_of(older_than, keep, names);
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
              nlohmann::ordered_json{{"dry_run", true}, {"databases", fields_of(choices)}}.dump()};
    if (count > 0)
      tool.confirm(fmt::format("{}{}, {}, will be dropped for good.", text, format_plural(count, "database"),
                               format_bytes(bytes)));
    const auto pruned = beside::prune(context, info, store, choices);
    auto dropped = nlohmann::ordered_json::array();
    for (const auto& one : pruned.dropped) dropped.push_back(tools::fields_of(one));
    const nlohmann::ordered_json fields{{"databases", fields_of(choices)},
                                        {"dropped", dropped},
                                        {"bytes", pruned.bytes()},
                                        {"records_without_clone", pruned.changed_records},
                                        {"records_removed", pruned.removed_records}};
    return {Code::success,
            fmt::format("{}dropped {}, {} freed\n", tool.is_confirmed() || count == 0 ? text : "",
                        format_plural(pruned.dropped.size(), "database"), format_bytes(pruned.bytes())),
            fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  });
}
