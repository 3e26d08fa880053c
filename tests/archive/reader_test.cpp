#include "libsafety/archive/reader.hpp"
#include "libsafety/archive/sha256.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/archive/sample_archive.hpp"

namespace safety::archive {
namespace {

class ReaderTest : public ::testing::TestWithParam<Codec> {
 protected:
  void SetUp() override { write_sample_archive(path_, GetParam()); }

  os::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "shop.archive";
  NullSink sink_;
  Context context_{sink_, {}};
};

TEST_P(ReaderTest, KnowsItsOwnArchives) {
  EXPECT_TRUE(is_archive(quiet_context(), path_));
}

TEST_P(ReaderTest, ReadsFramesOfOneRole) {
  const auto reader = Reader::open(quiet_context(), path_);
  EXPECT_EQ(reader.read_all(Role::envelope), "SET client_encoding = 'UTF8';\nBEGIN;\nCOMMIT;\n");
  EXPECT_EQ(reader.read_all(Role::post_data), "CREATE INDEX users_word ON users (word);\n");
  EXPECT_EQ(reader.read_all(Role::large_objects), "");
}

TEST_P(ReaderTest, ListsFramesInFileOrder) {
  const auto reader = Reader::open(quiet_context(), path_);
  std::string roles;
  for (const auto& frame : reader.index().frames)
    roles += std::string(name_of(frame.role)) + (frame.table < 0 ? "" : std::to_string(frame.table)) + " ";
  EXPECT_EQ(roles,
            "envelope pre-data copy-begin0 rows0 copy-end0 copy-begin1 rows1 copy-end1 copy-begin0 rows0 copy-end0 "
            "sequences post-data envelope ");
}

TEST_P(ReaderTest, ProvesAWholeArchiveWithAnyNumberOfThreads) {
  const auto reader = Reader::open(quiet_context(), path_);
  for (const unsigned jobs : {0U, 1U, 2U, 16U}) check_every_frame(context_, reader, jobs);
}

TEST_P(ReaderTest, CanBeReadByTwoThreadsAndAfterAMove) {
  auto first = Reader::open(quiet_context(), path_);
  const Reader reader = std::move(first);
  check_every_frame(context_, reader, 2);
  EXPECT_EQ(reader.path(), path_);
}

TEST_P(ReaderTest, ReportsProgressUpToTheEnd) {
  struct Counter final : Sink {
    std::atomic<std::uint64_t> events{0}, most_done{0}, total{0};
    void on(const Event& event) override {
      if (event.kind != Event::Kind::progress) return;
      ++events;
      if (event.done_bytes > most_done) most_done = event.done_bytes;
      total = event.total_bytes;
    }
  } counter;
  const auto reader = Reader::open(quiet_context(), path_);
  check_every_frame(Context{counter, {}}, reader, 1);
  EXPECT_EQ(counter.events, reader.index().frames.size());
  EXPECT_EQ(counter.most_done, counter.total);
  EXPECT_EQ(counter.total, sample_script().size());
}

TEST_P(ReaderTest, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  const Context stopped{sink_, source.get_token()};
  const auto reader = Reader::open(quiet_context(), path_);
  EXPECT_EQ(code_of([&] { check_every_frame(stopped, reader, 2); }), Code::interrupted);
  EXPECT_EQ(code_of([&] { sha256_of_file(stopped, path_); }), Code::interrupted);
}

INSTANTIATE_TEST_SUITE_P(All, ReaderTest, ::testing::ValuesIn(kAllCodecs), name_of_case);

/// Writes one table whose index entry `change` falsifies, and gives what the check says.
template <typename Change>
Code code_of_check_after(Change change) {
  const os::TemporaryFolder folder;
  const auto path = folder.path() / "a";
  Index index;
  index.tables.push_back(make_table("users"));
  Writer writer(path, Codec::zstd, 1);
  writer.declare_table(0, "COPY public.users (id, word) FROM stdin;\n");
  const auto rows = make_rows("u", 0, 100);
  append_rows(writer, Codec::zstd, 0, rows, index);
  RowDigest digest;
  digest.add_rows(rows);
  index.tables[0].digest = digest.hex();
  change(index.tables[0]);
  writer.commit(index);
  NullSink sink;
  return code_of([&] { check_every_frame(Context{sink, {}}, Reader::open(quiet_context(), path), 1); });
}

TEST(CheckEveryFrame, AcceptsTheTruth) {
  EXPECT_EQ(code_of_check_after([](Table&) {}), Code::success);
}

TEST(CheckEveryFrame, ComparesRowsBytesAndDigestWithTheIndex) {
  EXPECT_EQ(code_of([] { code_of_check_after([](Table& table) { ++table.rows; }); }), Code::internal) << "such an archive is not even written";
  EXPECT_EQ(code_of_check_after([](Table& table) { --table.plain_bytes; }), Code::archive_damaged);
  EXPECT_EQ(code_of_check_after([](Table& table) { table.digest.back() ^= 1; }), Code::archive_damaged);
}

TEST(CheckEveryFrame, DoesNotMissADigestThatWasNotTaken) {
  EXPECT_EQ(code_of_check_after([](Table& table) { table.digest.clear(); }), Code::success);
}

TEST(CheckEveryFrame, RefusesRowsOfATableWhoseDataIsExcluded) {
  EXPECT_EQ(code_of_check_after([](Table& table) { table.is_data_excluded = true; }), Code::archive_damaged);
}

/// A frame that decodes well and holds other rows than it was declared with.
Code code_of_check_of_frame(const std::string& plain, std::uint64_t rows) {
  const os::TemporaryFolder folder;
  Index index;
  index.tables.push_back(make_table("users"));
  index.tables[0].rows = rows;
  index.tables[0].plain_bytes = plain.size();
  Writer writer(folder.path() / "a", Codec::plain, 0);
  writer.declare_table(0, "COPY public.users (id, word) FROM stdin;\n");
  writer.append_rows(0, plain, plain.size(), rows);
  writer.commit(index);
  NullSink sink;
  return code_of([&] { check_every_frame(Context{sink, {}}, Reader::open(quiet_context(), folder.path() / "a"), 1); });
}

TEST(CheckEveryFrame, CountsTheRowsOfEachFrame) {
  EXPECT_EQ(code_of_check_of_frame("1\n2\n", 2), Code::success);
  EXPECT_EQ(code_of_check_of_frame("1\n2\n", 3), Code::archive_damaged);
}

TEST(CheckEveryFrame, RefusesAFrameThatEndsInsideARow) {
  EXPECT_EQ(code_of_check_of_frame("1\n2", 2), Code::archive_damaged);
}

TEST(Reader, TellsAMissingFileFromABadOne) {
  const os::TemporaryFolder folder;
  EXPECT_EQ(code_of([&] { Reader::open(quiet_context(), folder.path() / "none"); }), Code::storage);
  EXPECT_EQ(code_of([&] { is_archive(quiet_context(), folder.path() / "none"); }), Code::storage);
  EXPECT_EQ(code_of([&] { Reader::open(quiet_context(), folder.path()); }), Code::storage);
}

TEST(Reader, DigestsAFileAsSha256sumDoes) {
  const os::TemporaryFolder folder;
  const auto path = folder.path() / "f";
  NullSink sink;
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{1} << 20, std::size_t{3'000'001}}) {
    os::write_file_atomically(path, std::string(size, 'q'));
    EXPECT_EQ(sha256_of_file(Context{sink, {}}, path), run("sha256sum < " + path.string()).text.substr(0, 64));
  }
}

}  // namespace
}  // namespace safety::archive
