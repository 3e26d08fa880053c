#pragma once
// The status page of a backup folder: what lies there, gathered without a server, and written as one HTML file.

#include <string>

#include "libsafety/checkpoint/retention.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/offsite/offsite.hpp"
#include "libsafety/page/status.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

/// Of one database, or (empty) of all that the folder tells of. Journals older than the page looks back are not read. With an empty
/// policy nothing is said of what retention will do.
page::Status gather_status(const Context& context, const checkpoint::Store& store, const std::string& database, const checkpoint::RetentionPolicy& retention);

/// Which of them have copies there. Errors: those of offsite::list.
void add_offsite(const Context& context, const offsite::Remote& remote, page::Status& status);

/// `file` is replaced as a whole and has mode 0600, as all that names databases and their hosts' folders; "-": standard output.
/// Errors: storage.
Result write_status_page(const page::Status& status, const std::string& file);

}  // namespace safety::tools
