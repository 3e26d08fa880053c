#pragma once
// Copies off site, as safety-backup makes them and safety-list shows them.

#include <string>

#include "libsafety/offsite/offsite.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "tools/common/offsite_options.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

/// Of the backup that was just made. Errors: those of offsite::upload, saying that the checkpoint here is good all the same.
offsite::Uploaded copy_new_checkpoint(const Context& context, const offsite::Remote& remote, offsite::Thoroughness thoroughness,
                                      const checkpoint::Store& store, const checkpoint::Record& record);

/// --copy-offsite NAME.
Result copy_offsite(const Context& context, const Tool& tool, const offsite::Remote& remote, offsite::Thoroughness thoroughness, const std::string& name,
                    const pg::ConnectionInfo& info);

/// --offsite of safety-list. `database` empty: of all.
Result list_offsite(const Context& context, const offsite::Remote& remote, const checkpoint::Store& store, const std::string& database);

/// "1 copy", "2 copies"
std::string format_copies(std::size_t count);
std::string describe(const offsite::Uploaded& copied, const offsite::Remote& remote);
/// A JSON object.
std::string fields_of(const offsite::Uploaded& copied, const offsite::Remote& remote);

}  // namespace safety::tools
