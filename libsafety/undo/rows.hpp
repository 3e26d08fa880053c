#pragma once
// The checkpoint's rows as COPY text, whether a clone or an archive holds them. Internal to this folder.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/undo/catalog.hpp"

namespace safety::undo {

/// Whole rows, each with its newline.
using RowSink = std::function<void(std::string_view)>;
inline constexpr std::uint64_t kAllRows = ~std::uint64_t{0};

class CheckpointRows {
 public:
  virtual ~CheckpointRows() = default;
  /// The given columns of the table's own rows (partitions are tables of their own). Returns how many rows there were.
  /// Errors: archive_damaged; those of the server; no_such_checkpoint when the archive left the table's rows out.
  virtual std::uint64_t read(const Table& table, const std::vector<const Column*>& columns, const RowSink& sink, std::uint64_t most = kAllRows) = 0;
  virtual std::uint64_t count(const Table& table) = 0;
  /// setval statements of the checkpoint's sequences, as far as they are named ("public.users_id_seq", quoted where needed).
  virtual std::vector<std::string> set_sequences(const std::vector<std::string>& names) = 0;
};

std::unique_ptr<CheckpointRows> rows_of_database(pg::Connection& origin);
/// `catalog`: of the checkpoint, which outlives it. Memory: one frame (8 MiB of text). Errors: those of archive::Reader::open.
std::unique_ptr<CheckpointRows> rows_of_archive(const Context& context, const std::filesystem::path& archive, const Catalog& catalog);

}  // namespace safety::undo
