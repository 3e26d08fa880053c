#pragma once
// The clone of a backup: made first, so that production is read for nothing else; kept when its checkpoint is recorded.

#include <string>
#include <vector>

#include "libsafety/archive/index.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/transfer/clone.hpp"

namespace safety::backup {

/// What the clone will take, going by the newest that the records tell of. Errors: those of transfer::estimate_clone.
transfer::CloneEstimate estimate_clone(const Context& context, pg::Connection& maintenance,
                                       const checkpoint::Store& store, const std::string& database);
/// "1.3 GB by file_copy, about 3.2 s, ..."
std::string describe(const transfer::CloneEstimate& estimate);

/// Threads: one. The destructor drops the clone unless keep() was called.
class CheckpointClone {
 public:
  /// Says what it will take, then makes it and lets its maker in.
  /// Errors: those of transfer::estimate_clone and make_clone. `maintenance` outlives it.
  CheckpointClone(const Context& context, pg::Connection& maintenance, const checkpoint::Store& store,
                  const std::string& database, Instant now);
  CheckpointClone(const CheckpointClone&) = delete;
  CheckpointClone& operator=(const CheckpointClone&) = delete;
  ~CheckpointClone();

  const std::string& name() const noexcept { return made_.name; }
  /// What was read inside the clone becomes what is true of the database that it is a clone of.
  void correct(archive::Index& index, const std::string& database) const;
  /// Nobody enters it from here on.
  void close() { transfer::close_clone(maintenance_, made_); }
  checkpoint::Clone record() const;
  void keep() noexcept { is_kept_ = true; }

 private:
  const Context& context_;
  pg::Connection& maintenance_;
  transfer::MadeClone made_;
  bool is_kept_ = false;
};

}  // namespace safety::backup
