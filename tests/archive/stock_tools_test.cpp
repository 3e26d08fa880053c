// Stock tools read what we write: zstdcat, zstd -t, zcat, gzip -t, pigz.

#include <gtest/gtest.h>

#include "libsafety/archive/reader.hpp"
#include "tests/archive/sample_archive.hpp"

namespace safety::archive {
namespace {

class StockToolsTest : public ::testing::Test {
 protected:
  std::string write(Codec codec) {
    const auto path = folder_.path() / ("shop" + std::string(extension_of(codec)));
    write_sample_archive(path, codec);
    return path.string();
  }
  /// `text` is the script, then only SQL comments.
  static void expect_script(const std::string& text) {
    ASSERT_TRUE(text.starts_with(sample_script()));
    std::size_t lines = 0;
    for (std::size_t at = sample_script().size(); at < text.size(); at = text.find('\n', at) + 1, ++lines)
      ASSERT_EQ(text.substr(at, 10), "-- safety ");
    EXPECT_GT(lines, 5U);
    EXPECT_TRUE(text.ends_with('\n'));
  }

  os::TemporaryFolder folder_;
};

TEST_F(StockToolsTest, ZstdReadsOurFrames) {
  const auto path = write(Codec::zstd);
  EXPECT_EQ(run("zstd -q -t " + path + " 2>&1").status, 0);
  const auto out = run("zstdcat " + path);
  EXPECT_EQ(out.status, 0);
  expect_script(out.text);
}

TEST_F(StockToolsTest, GzipReadsOurMembers) {
  const auto path = write(Codec::gzip);
  const auto test = run("gzip -t " + path + " 2>&1");
  EXPECT_EQ(test.status, 0);
  EXPECT_EQ(test.text, "");
  const auto out = run("zcat " + path);
  EXPECT_EQ(out.status, 0);
  expect_script(out.text);
}

TEST_F(StockToolsTest, PigzReadsOurMembers) {
  if (run("command -v pigz").status != 0) GTEST_SKIP() << "pigz is not installed";
  const auto path = write(Codec::gzip);
  EXPECT_EQ(run("pigz -t " + path + " 2>&1").status, 0);
  expect_script(run("pigz -dc " + path).text);
}

TEST_F(StockToolsTest, APlainArchiveIsTheScriptItself) {
  expect_script(os::read_file(write(Codec::plain)));
}

TEST_F(StockToolsTest, TailShowsTheFooter) {
  for (const Codec codec : {Codec::plain, Codec::zstd}) {
    const auto out = run("tail -c 192 " + write(codec));
    EXPECT_TRUE(out.text.starts_with("-- safety footer 1 offset="));
  }
  const auto out = run("tail -c 200 " + write(Codec::gzip) + " | head -c 192");
  EXPECT_TRUE(out.text.starts_with("-- safety footer 1 offset="));
}

TEST_F(StockToolsTest, TheirFilesAreNoArchivesOfOurs) {
  const auto plain = write(Codec::plain);
  // Compressed anew as one piece the content is the same, but nothing can be found in it any more.
  run("zstd -q -f " + plain + " -o " + plain + ".zst; gzip -k " + plain);
  EXPECT_EQ(code_of([&] { Reader::open(quiet_context(), plain + ".zst"); }), Code::archive_incomplete);
  EXPECT_EQ(code_of([&] { Reader::open(quiet_context(), plain + ".gz"); }), Code::archive_incomplete);
}

TEST_F(StockToolsTest, ZstdReadsAFrameThatHoldsAVeryLargeValue) {
  // More than the window that zstd accepts without --long, so the frame must not ask for one as large as itself.
  const std::string value(150'000'000, 'x');
  std::string frame;
  Compressor(Codec::zstd, default_level(Codec::zstd)).compress(value, frame);
  os::write_file_atomically(folder_.path() / "large", frame);
  EXPECT_EQ(run("zstd -q -t " + (folder_.path() / "large").string() + " 2>&1").status, 0);
}

}  // namespace
}  // namespace safety::archive
