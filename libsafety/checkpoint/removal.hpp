#pragma once
// Removing an archive in an order in which no crash leaves a record that lies, and from which a rerun goes on.
// Source: RECORDS.md, section "Removal".
//
//   Store::forget_archive   ID.json becomes ID.json.removing: the checkpoint is no more, its files are not yet removed
//   remove_files            archive and .sha256
//   end_removal             ID.json.removing

#include <vector>

#include "libsafety/checkpoint/store.hpp"

namespace safety::checkpoint {

/// Records of removals that were begun and not ended, as they were before. What cannot be read is warned about and left alone.
std::vector<Record> list_removals(const Context& context, const Store& store);

/// Whether a record names the archive again (`safety-list --rebuild` found it, or the removal was killed before it took effect): its
/// files are to stay.
bool is_taken_back(const Store& store, const Record& record);

/// What is there of archive and `.sha256`; the bytes that were removed. Requires: has_own_names (names.hpp); no record names the archive.
/// Errors: storage, also for what is no regular file.
std::uint64_t remove_files(const Store& store, const Record& record);
void end_removal(const Store& store, const Record& record);

}  // namespace safety::checkpoint
