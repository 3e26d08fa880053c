#include "libsafety/os/workers.hpp"

#include <sched.h>

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "libsafety/base/error.hpp"

namespace safety::os {

void run_workers(const Context& context, unsigned count, const std::function<void(const Context&, unsigned)>& work) {
  std::stop_source source;
  const std::stop_callback on_outer_stop(context.stop, [&] { source.request_stop(); });
  std::mutex mutex;
  std::exception_ptr failure;
  bool is_real = false;  // a real failure replaces an Interrupted that it caused or raced with
  {
    std::vector<std::jthread> threads;
    for (unsigned number = 0; number < count; ++number)
      threads.emplace_back([&, number] {
        const Context inner = context.with_stop(source.get_token());
        try {
          work(inner, number);
        } catch (const Interrupted&) {
          const std::lock_guard lock(mutex);
          if (!failure) failure = std::current_exception();
        } catch (...) {
          const std::lock_guard lock(mutex);
          if (!is_real) failure = std::current_exception();
          is_real = true;
          source.request_stop();
        }
      });
  }
  if (failure) std::rethrow_exception(failure);
}

unsigned available_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return std::max(1U, std::thread::hardware_concurrency());
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
}

}  // namespace safety::os
