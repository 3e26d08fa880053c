// Writes an archive, reads it back, and asks something of each layer.
#include <fmt/core.h>

#include <filesystem>

#include "libsafety/archive/reader.hpp"
#include "libsafety/archive/writer.hpp"
#include "libsafety/backup/table_pattern.hpp"
#include "libsafety/base/version.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/os/workers.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/plan/plan.hpp"
#include "libsafety/transfer/load_archive.hpp"

int main(int, char** arguments) {
  const std::filesystem::path folder = arguments[1];
  safety::archive::Index index;
  index.id = "consumer_20260101_000000";
  index.database = "shop";
  index.snapshot_time = "2026-01-01T00:00:00.000Z";
  safety::archive::Writer writer(folder / (index.id + ".sql.zst"), safety::archive::Codec::zstd, 3);
  writer.append(safety::archive::Role::pre_data, "CREATE TABLE t (x int);\n");
  writer.commit(index);

  safety::NullSink sink;
  const safety::Context context{sink, {}};
  const auto record = safety::checkpoint::Store(folder).rebuild(context).at(0);
  int code = 0;
  try {
    safety::pg::Connection connection(context,
                                      safety::pg::ConnectionInfo::parse("postgresql:///d?host=%2Fnonexistent"));
  } catch (const safety::Error& error) {
    code = static_cast<int>(error.code());
  }
  fmt::print("{} {} {} {} {} {}\n", safety::kVersion, record.id, safety::pg::quote_identifier("a\"b"), code,
             safety::backup::matches_table_pattern("t*", "public", "t1"), safety::plan::find_unfinished(folder).size());
  return safety::os::available_processors() > 0 ? 0 : 1;
}
