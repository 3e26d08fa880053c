#pragma once
// Named places where a test may kill the process or make it fail.
//
// Every durable act (a rename, a COMMIT, a journal line) passes one. Without SAFETY_FAULT in the environment a fault
// point is one relaxed load. With it:
//   SAFETY_FAULT=count:FILE        append the name of each point passed to FILE, one a line
//   SAFETY_FAULT=kill:N            SIGKILL ourselves at the N-th point passed (from 1)
//   SAFETY_FAULT=error:N           throw Code::internal "injected fault" there

#include <string_view>

namespace safety::os {

void fault_point(std::string_view name);

}  // namespace safety::os
