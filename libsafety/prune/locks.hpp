#pragma once
// What a prune holds while it removes: its folder, and when the server answers the operation lock, with which it may bring the rows in
// schema `safety` in line.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/checkpoint/registry.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/pg/connection_info.hpp"

namespace safety::prune {

/// flock on `prune.lock` there: a dead process lets go of it. Errors: locked; storage.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& operations);

 private:
  os::UniqueFd fd_;
};

/// Where rows in schema `safety` are brought in line. Without `info` there is no server to ask.
struct Server {
  const pg::ConnectionInfo* info = nullptr;
  checkpoint::OperationLock* held_lock = nullptr;  // as a part of another operation, which has it
};

/// Rows of checkpoints whose archives go. A server that does not answer, or refuses, is a warning, once.
class Rows {
 public:
  /// Errors: locked when another operation works on the database.
  Rows(const Context& context, const Server& server);
  /// As the record is now: the row goes with it, or loses the archive. Rows of checkpoints of other databases are elsewhere.
  void bring_in_line(const checkpoint::Store& store, const checkpoint::Record& removed);

 private:
  void give_up(const Error& error);
  const Context& context_;
  std::optional<checkpoint::OperationLock> lock_;
  std::string database_;
  std::unique_ptr<checkpoint::Registry> registry_;  // none: there is nothing to bring in line, or no way to
};

}  // namespace safety::prune
