#include "libsafety/offsite/names.hpp"
#include "libsafety/offsite/offsite.hpp"
#include "libsafety/offsite/rclone.hpp"
#include "libsafety/offsite/tidy.hpp"
#include "libsafety/os/fault_point.hpp"

namespace safety::offsite {

void remove(const Context& context, const Remote& remote, const checkpoint::Record& record) {
  Rclone rclone(context, remote);
  const auto files = tidy(context, rclone, rclone.list(), record);
  const auto mark = removing_name(record.id);
  // From here on no record speaks of the archive, and the mark says what is still to go.
  if (has(files, record_name(record.id))) {
    rclone.move(record_name(record.id), mark);
  } else if (has(files, record.archive.file) || has(files, checkpoint::sums_name(record))) {
    rclone.send_texts({{partial_name(record_name(record.id)), checkpoint::format_record(record)}});
    rclone.move(partial_name(record_name(record.id)), mark);
  } else {
    return;
  }
  os::fault_point("offsite.marked_for_removal");
  finish_removal(rclone, record);
}

}  // namespace safety::offsite
