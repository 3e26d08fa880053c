#pragma once
// Names that mean a copy off site, in safety-restore and safety-verify.

#include <filesystem>
#include <optional>
#include <string>

#include "tools/common/offsite_options.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

struct OffsiteName {
  std::string remote;      // empty: that of the options
  std::string checkpoint;  // "latest", an id or a label
};

/// "offsite:NAME", "REMOTE:path/NAME" or ":backend,...:path/NAME", as rclone reads addresses: a colon before the first slash. REMOTE has two letters at
/// least, so that a drive is none. nullopt: not off site; "./x:y/z" is always a file.
/// Errors: usage when a file of that name is here, too.
std::optional<OffsiteName> parse_offsite_name(const std::string& text);

/// The checkpoint it means, and where it is. Errors: those of offsite::list and choose.
struct OffsiteChoice {
  offsite::Remote remote;
  checkpoint::Record record;
};
OffsiteChoice choose_offsite(const Context& context, const OffsiteName& name, const OffsiteOptions& options, const std::string& database);

/// For a name that is off site: brings it into the folder, and `name` becomes its id. Others stay as they are.
/// True when it was off site.
bool fetch_if_offsite(const Context& context, std::string& name, const OffsiteOptions& options, const std::string& database,
                      const std::filesystem::path& folder);

/// --dry-run: what fetch_if_offsite would do, and nothing is fetched; nullopt when it is not off site.
std::optional<Result> describe_fetch(const Context& context, const std::string& name, const OffsiteOptions& options, const std::string& database,
                                     const std::filesystem::path& folder);

/// Proves the copy where it is, by reading it back; nullopt when the name is not off site.
std::optional<Result> verify_there(const Context& context, const std::string& name, const OffsiteOptions& options, const std::string& database,
                                   const checkpoint::Store& store);

}  // namespace safety::tools
