#pragma once
// How good a checkpoint is, found out and written down.

#include <filesystem>
#include <optional>

#include "libsafety/base/context.hpp"
#include "libsafety/checkpoint/record.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/pg/connection_info.hpp"

namespace safety::restore {

struct VerifyRequest {
  std::filesystem::path archive;
  std::optional<checkpoint::Record> record;  // none for a bare file
  checkpoint::Proof level = checkpoint::Proof::decodes;
  unsigned jobs = 2;
  bool skips_owners = false, skips_privileges = false;
};

/// Proves level after level up to the one asked for: L1 and L2 read the file, L3 and L4 restore it aside on the server
/// of `info` into a database that is dropped afterwards. Passed or failed, the entry is added to the record in `store`.
/// Errors: archive_damaged, archive_incomplete, verification when it is not good; those of restore() else.
checkpoint::ProofEntry verify(const Context& context, const pg::ConnectionInfo& info, const checkpoint::Store& store, const VerifyRequest& request);

}  // namespace safety::restore
