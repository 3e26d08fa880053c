#pragma once
// A run as the journal keeps it, so that a later process can plan it again. Internal to this folder.

#include <map>
#include <string>

#include "libsafety/restore/run.hpp"

namespace safety::restore {

/// No secret among them: connection parameters are never kept.
std::map<std::string, std::string> to_arguments(const Run& run);
/// `opens_source`: a resumed run needs its archive again (Errors: those of open_source); an aborted one does not.
Run run_of_arguments(const Context& context, const pg::ConnectionInfo& info, const plan::JournalState& state,
                     pg::Connection& maintenance, bool opens_source);
bool is_undo(const plan::JournalState& state);
bool is_proof(const plan::JournalState& state);

}  // namespace safety::restore
