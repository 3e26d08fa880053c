#include "tools/common/offsite_choice.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"

namespace safety::tools {
namespace fs = std::filesystem;

std::optional<OffsiteName> parse_offsite_name(const std::string& text) {
  constexpr std::string_view kConfigured = "offsite:";
  OffsiteName name;
  const auto colon = text.find_first_of(",:", text.starts_with(':') ? 1 : 0);
  if (text.starts_with(kConfigured) && text.find('/') == std::string::npos) {
    name.checkpoint = text.substr(kConfigured.size());
  } else {
    const auto slash = text.rfind('/');
    // A comma alone is a file's: parameters end with a colon.
    const bool is_remote = colon != std::string::npos && colon >= 2 && text.find('/') > colon && text.find(':', colon) != std::string::npos;
    if (!is_remote || slash == std::string::npos) return std::nullopt;
    name.checkpoint = text.substr(slash + 1);
    name.remote = text.substr(0, slash);
    if (name.remote.ends_with(':')) name.remote += '/';
  }
  std::error_code error;
  if (fs::exists(text, error))
    throw Error(Code::usage, "the name means a copy off site, and a file of that name is here, too", "Write ./NAME for the file.");
  if (name.checkpoint.empty()) throw Error(Code::usage, "no checkpoint is named after the remote", "Write offsite:latest, offsite:ID or REMOTE:path/ID.");
  return name;
}

OffsiteChoice choose_offsite(const Context& context, const OffsiteName& name, const OffsiteOptions& options, const std::string& database) {
  auto remote = offsite_remote(options, name.remote);
  const auto there = offsite::list(context, remote);
  auto record = offsite::choose(context, remote, there, name.checkpoint, database).record;
  return {std::move(remote), std::move(record)};
}

bool fetch_if_offsite(const Context& context, std::string& name, const OffsiteOptions& options, const std::string& database, const fs::path& folder) {
  const auto parsed = parse_offsite_name(name);
  if (!parsed) return false;
  const auto chosen = choose_offsite(context, *parsed, options, database);
  name = offsite::fetch(context, chosen.remote, chosen.record, checkpoint::Store(folder)).id;
  return true;
}

std::optional<Result> describe_fetch(const Context& context, const std::string& name, const OffsiteOptions& options, const std::string& database,
                                     const fs::path& folder) {
  const auto parsed = parse_offsite_name(name);
  if (!parsed) return std::nullopt;
  const auto [remote, record] = choose_offsite(context, *parsed, options, database);
  const std::vector<std::string> lines{fmt::format("fetch {} ({}) from \"{}\" into \"{}\"", record.id, format_bytes(record.archive.bytes), remote.shown, folder.string()),
                                       fmt::format("restore from it: `safety-restore {} --dry-run` shows how, once it is here", record.id)};
  return Result{Code::success, "would do:\n  " + join(lines, "\n  "), nlohmann::ordered_json{{"dry_run", true}, {"plan", lines}}.dump()};
}

std::optional<Result> verify_there(const Context& context, const std::string& name, const OffsiteOptions& options, const std::string& database,
                                   const checkpoint::Store& store) {
  const auto parsed = parse_offsite_name(name);
  if (!parsed) return std::nullopt;
  const auto [remote, record] = choose_offsite(context, *parsed, options, database);
  const auto proof = offsite::verify_copy(context, remote, store, record, offsite::Thoroughness::full);
  const nlohmann::ordered_json fields{{"id", record.id}, {"remote", remote.shown}, {"proof", "L1"}, {"how", proof.how}, {"seconds", proof.seconds}};
  return Result{Code::success, fmt::format("{} on \"{}\": good, {} in {}", record.id, remote.shown, proof.how, format_seconds(proof.seconds)), fields.dump()};
}

}  // namespace safety::tools
