#include "libsafety/os/priority.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace safety::os {
namespace {

// From linux/ioprio.h, which not every distribution's headers have. Best effort at its lowest level: the idle class may get
// nothing at all for hours on a busy disk, and a snapshot that is held for hours hurts the database.
constexpr int kWhoProcess = 1, kClassShift = 13, kBestEffort = 2, kLowest = 7;

}  // namespace

void be_gentle() noexcept {
  ::setpriority(PRIO_PROCESS, 0, 19);
  ::syscall(SYS_ioprio_set, kWhoProcess, 0, (kBestEffort << kClassShift) | kLowest);
}

}  // namespace safety::os
