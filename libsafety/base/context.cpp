#include "libsafety/base/context.hpp"

#include "libsafety/base/error.hpp"

namespace safety {

void Context::throw_if_stopped() const {
  if (stop.stop_requested()) throw Interrupted();
}

}  // namespace safety
