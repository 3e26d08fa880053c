#pragma once
// How good a checkpoint is, found out and written down.

#include <filesystem>
#include <optional>

#include "libsafety/base/context.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/checkpoint/record.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/pg/connection_info.hpp"

namespace safety::restore {

struct VerifyRequest {
  std::filesystem::path archive;
  std::optional<checkpoint::Record> record;  // none for a bare file
  checkpoint::Proof level = checkpoint::Proof::decodes;
  checkpoint::Proof proven = checkpoint::Proof::none;  // just now, by the caller: not done again
  unsigned jobs = 2;
  bool skips_owners = false, skips_privileges = false;
  /// For L3 and L4. Held by the caller, whose operation this is a part of; nullptr: taken here. Lives longer than the call.
  checkpoint::OperationLock* held_lock = nullptr;
};

/// Proves level after level up to the one asked for: L1 and L2 read the file, L3 and L4 restore it aside on the server
/// of `info` into a database that is dropped afterwards. Of an encrypted archive all but L1 of a recorded one needs an identity. Passed or failed, the entry is added to the record in `store`.
/// Errors: archive_damaged, archive_incomplete, verification when it is not good; encrypted; those of restore() else.
checkpoint::ProofEntry verify(const Context& context, const pg::ConnectionInfo& info, const checkpoint::Store& store, const VerifyRequest& request);

/// Adds the entry to the record in the folder and, for L3 and more, to its row in schema `safety`, where failing is a warning.
checkpoint::Record note_proof(const Context& context, const pg::ConnectionInfo& info, const checkpoint::Store& store, checkpoint::Record record,
                              const checkpoint::ProofEntry& entry);

/// Whether a failure says something about the archive; that of a server or a disk does not.
bool is_about_the_archive(Code code);

}  // namespace safety::restore
