#include "libsafety/archive/writer.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <mutex>
#include <thread>

#include "libsafety/archive/reader.hpp"
#include "libsafety/archive/sha256.hpp"
#include "tests/archive/sample_archive.hpp"

namespace safety::archive {
namespace {

bool is_empty(const os::TemporaryFolder& folder) {
  return std::filesystem::is_empty(folder.path());
}

std::string script_of(const Reader& reader) {
  Decompressor decompressor(reader.codec());
  std::string script, plain;
  for (const auto& frame : reader.index().frames) {
    reader.read_frame(frame, decompressor, plain);
    script += plain;
  }
  return script;
}

class WriterTest : public ::testing::TestWithParam<Codec> {
 protected:
  os::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "shop.archive";
  NullSink sink_;
  Context context_{sink_, {}};
};

TEST_P(WriterTest, WritesAScriptThatReadsFromFrontToBack) {
  const auto written = write_sample_archive(path_, GetParam());
  const auto reader = Reader::open(quiet_context(), path_);
  EXPECT_EQ(script_of(reader), sample_script());
  EXPECT_EQ(reader.codec(), GetParam());
  EXPECT_EQ(reader.bytes(), written.bytes);
  EXPECT_EQ(written.path, path_);
}

TEST_P(WriterTest, TellsTheDigestOfTheWholeFile) {
  const auto written = write_sample_archive(path_, GetParam());
  EXPECT_EQ(written.sha256, sha256_of_file(context_, path_));
  EXPECT_EQ(run("sha256sum < " + path_.string()).text.substr(0, 64), written.sha256);
  EXPECT_EQ(written.bytes, std::filesystem::file_size(path_));
}

TEST_P(WriterTest, WritesTheSameBytesForTheSameContent) {
  const auto first = write_sample_archive(path_, GetParam());
  const auto second = write_sample_archive(folder_.path() / "again", GetParam());
  EXPECT_EQ(first.sha256, second.sha256);
}

TEST_P(WriterTest, LetsOnlyTheOwnerReadTheFile) {
  write_sample_archive(path_, GetParam());
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_P(WriterTest, TakesRowsFromManyThreads) {
  constexpr int kThreads = 4, kFrames = 40;
  Index index;
  std::vector<RowDigest> digests(3);
  std::mutex mutex;
  Writer writer(path_, GetParam(), default_level(GetParam()));
  for (int table = 0; table < 3; ++table) {
    index.tables.push_back(make_table("t" + std::to_string(table)));
    writer.declare_table(table, "COPY t" + std::to_string(table) + " FROM stdin;\n");
  }
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread)
      threads.emplace_back([&, thread] {
        Compressor compressor(GetParam(), default_level(GetParam()));
        std::string frame;
        for (int i = 0; i < kFrames; ++i) {
          const auto table = static_cast<std::int32_t>((thread + i) % 3);
          const auto rows = make_rows("w", thread * 100'000 + i * 100, 100);
          compressor.compress(rows, frame);
          writer.append_rows(table, frame, rows.size(), 100);
          const std::lock_guard lock(mutex);
          auto& entry = index.tables[static_cast<std::size_t>(table)];
          entry.rows += 100;
          entry.plain_bytes += rows.size();
          digests[static_cast<std::size_t>(table)].add_rows(rows);
        }
      });
  }
  for (std::size_t i = 0; i < 3; ++i) index.tables[i].digest = digests[i].hex();
  writer.commit(index);
  const auto reader = Reader::open(quiet_context(), path_);
  EXPECT_EQ(reader.index().total_rows(), kThreads * kFrames * 100U);
  check_every_frame(context_, reader, 3);

  std::int32_t open_table = -1;
  for (const auto& frame : reader.index().frames) {
    if (frame.role == Role::copy_begin) {
      ASSERT_EQ(open_table, -1);
      open_table = frame.table;
    } else if (frame.role == Role::copy_end) {
      ASSERT_EQ(open_table, frame.table);
      open_table = -1;
    } else {
      ASSERT_EQ(open_table, frame.table);
    }
  }
  EXPECT_EQ(open_table, -1);
}

INSTANTIATE_TEST_SUITE_P(All, WriterTest, ::testing::ValuesIn(kAllCodecs), name_of_case);

TEST(Writer, LeavesNothingWhenItIsNotCommitted) {
  const os::TemporaryFolder folder;
  {
    Writer writer(folder.path() / "a.sql.zst", Codec::zstd, 1);
    writer.append(Role::envelope, "BEGIN;\n");
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "a.sql.zst.partial"));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "a.sql.zst"));
    EXPECT_GT(writer.bytes(), 0U);
  }
  EXPECT_TRUE(is_empty(folder));
}

TEST(Writer, WritesAnArchiveOfAnEmptyDatabase) {
  const os::TemporaryFolder folder;
  for (const Codec codec : kAllCodecs) {
    const auto path = folder.path() / std::string(name_of(codec));
    Writer(path, codec, default_level(codec)).commit({});
    EXPECT_TRUE(Reader::open(quiet_context(), path).index().frames.empty());
  }
}

TEST(Writer, WritesNothingForEmptyTextAndForTablesWithoutRows) {
  const os::TemporaryFolder folder;
  Writer writer(folder.path() / "a", Codec::zstd, 1);
  writer.declare_table(0, "COPY t FROM stdin;\n");
  writer.append(Role::large_objects, "");
  EXPECT_EQ(writer.bytes(), 0U);
}

TEST(Writer, RefusesToReplaceAFile) {
  const os::TemporaryFolder folder;
  write_sample_archive(folder.path() / "a", Codec::zstd);
  EXPECT_EQ(code_of([&] { Writer(folder.path() / "a", Codec::zstd, 1); }), Code::storage);
  EXPECT_EQ(code_of([&] { Writer(folder.path() / "missing" / "a", Codec::zstd, 1); }), Code::storage);
}

TEST(Writer, RefusesRowsBeforeTheirCopyStatement) {
  const os::TemporaryFolder folder;
  Writer writer(folder.path() / "a", Codec::plain, 0);
  EXPECT_EQ(code_of([&] { writer.append_rows(0, "1\n", 2, 1); }), Code::internal);
  EXPECT_EQ(code_of([&] { writer.declare_table(-1, "COPY t FROM stdin;\n"); }), Code::internal);
}

TEST(Writer, RefusesATableThatTheIndexDoesNotName) {
  const os::TemporaryFolder folder;
  {
    Writer writer(folder.path() / "a", Codec::plain, 0);
    writer.declare_table(0, "COPY t FROM stdin;\n");
    writer.append_rows(0, "1\n", 2, 1);
    EXPECT_EQ(code_of([&] { writer.commit({}); }), Code::internal);
  }
  EXPECT_TRUE(is_empty(folder));
}

TEST(Writer, TakesNothingAfterTheCommit) {
  const os::TemporaryFolder folder;
  Writer writer(folder.path() / "a", Codec::gzip, 6);
  writer.commit({});
  EXPECT_EQ(code_of([&] { writer.append(Role::envelope, "BEGIN;\n"); }), Code::internal);
  EXPECT_EQ(code_of([&] { writer.commit({}); }), Code::internal);
  Reader::open(quiet_context(), folder.path() / "a");
}

// Whichever thread is heard first, what it says is why the archive ended.
TEST(Writer, TellsEveryoneOfAFailedWriteAndLeavesNothing) {
  const os::TemporaryFolder folder;
  // A file size limit stands in for a full disk; without the signal the write itself fails.
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 4096, before.rlim_max };
  {
    Writer writer(folder.path() / "a", Codec::plain, 0);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    EXPECT_EQ(code_of([&] { writer.append(Role::pre_data, std::string(10'000, 'x')); }), Code::storage);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_EQ(code_of([&] { writer.append(Role::post_data, "x\n"); }), Code::storage);
    EXPECT_EQ(code_of([&] { writer.commit({}); }), Code::storage);
  }
  std::signal(SIGXFSZ, handler);
  EXPECT_TRUE(is_empty(folder));
}

}  // namespace
}  // namespace safety::archive
