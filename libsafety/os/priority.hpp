#pragma once
// How much of the machine this process asks for.

namespace safety::os {

/// The lowest CPU priority and the lowest I/O priority that still makes progress, for this process and the children that it
/// starts from now on. A server that waits for us to take its rows then waits, too, and leaves the processors to others.
/// Cannot be taken back. Where the system refuses, nothing changes.
void be_gentle() noexcept;

}  // namespace safety::os
