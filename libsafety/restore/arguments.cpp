#include "libsafety/restore/arguments.hpp"

#include <sstream>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"

namespace safety::restore {
namespace {

constexpr const char* kModes[] = {"swap", "new_database", "proof", "in_place"};

std::string text_of(bool value) { return value ? "true" : "false"; }

}  // namespace

std::map<std::string, std::string> to_arguments(const Run& run) {
  const auto& options = run.options;
  return {{"stamp", run.stamp},
          {"staging", run.staging},
          {"previous", run.previous},
          {"folder", options.folder.string()},
          {"source", options.source.string()},
          {"checkpoint", options.checkpoint},
          {"mode", kModes[static_cast<int>(options.mode)]},
          {"new_name", options.new_name},
          {"tables", join(options.tables, "\n")},
          {"jobs", std::to_string(options.jobs)},
          {"reads_digests_back", text_of(options.reads_digests_back)},
          {"skips_owners", text_of(options.skips_owners)},
          {"skips_privileges", text_of(options.skips_privileges)},
          {"allows_other_source", text_of(options.allows_other_source)},
          {"clone", options.clone},
          {"clone_oid", std::to_string(options.clone_oid)},
          {"keeps_clone", text_of(options.keeps_clone)},
          {"analyzes", text_of(options.analyzes)},
          {"is_schema_only", text_of(options.is_schema_only)},
          {"undoes_on_unhealthy", text_of(options.undoes_on_unhealthy)}};
}

bool is_proof(const plan::JournalState& state) {
  const auto mode = state.head.arguments.find("mode");
  return mode != state.head.arguments.end() && mode->second == kModes[static_cast<int>(Mode::proof)];
}

bool is_undo(const plan::JournalState& state) { return state.head.arguments.contains("undo"); }

Run run_of_arguments(const Context& context, const pg::ConnectionInfo& info, const plan::JournalState& state,
                     pg::Connection& maintenance, bool opens_source) {
  const auto get = [&](const char* name) {
    const auto found = state.head.arguments.find(name);
    return found == state.head.arguments.end() ? std::string() : found->second;
  };
  RestoreOptions options;
  options.folder = get("folder");
  options.source = get("source");
  options.checkpoint = get("checkpoint");
  for (int mode = 0; mode < 4; ++mode)
    if (get("mode") == kModes[mode]) options.mode = static_cast<Mode>(mode);
  options.new_name = get("new_name");
  std::istringstream tables(get("tables"));
  for (std::string table; std::getline(tables, table);) options.tables.push_back(table);
  options.jobs = get("jobs").empty() ? 2 : static_cast<unsigned>(std::stoul(get("jobs")));
  options.reads_digests_back = get("reads_digests_back") == "true";
  options.skips_owners = get("skips_owners") == "true";
  options.skips_privileges = get("skips_privileges") == "true";
  options.allows_other_source = get("allows_other_source") == "true";
  options.clone = get("clone");
  options.clone_oid = get("clone_oid").empty() ? 0 : static_cast<std::uint32_t>(std::stoul(get("clone_oid")));
  options.keeps_clone = get("keeps_clone") == "true";
  options.analyzes = get("analyzes") != "false";
  options.is_schema_only = get("is_schema_only") == "true";
  options.undoes_on_unhealthy = get("undoes_on_unhealthy") == "true";
  const bool needs_source = opens_source && !options.source.empty();
  return Run{context, info.with_database(state.head.database), options, needs_source ? open_source(context, options.source) : Source{}, maintenance,
             nullptr, state.head.operation, get("stamp"), get("staging"), get("previous")};
}

}  // namespace safety::restore
