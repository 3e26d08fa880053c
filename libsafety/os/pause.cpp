#include "libsafety/os/pause.hpp"

#include <condition_variable>
#include <mutex>

namespace safety::os {

void pause(const Context& context, std::chrono::milliseconds duration) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, context.stop, duration, [] { return false; });
  context.throw_if_stopped();
}

}  // namespace safety::os
