#include <gtest/gtest.h>

#include <fstream>

#include "libsafety/archive/codec.hpp"
#include "tests/archive/sample_archive.hpp"

namespace safety::archive {
namespace {

std::string decode(const std::filesystem::path& path) {
  StreamDecoder decoder(path.string());
  std::string all;
  std::size_t before = 0;
  while (decoder.read_some(all)) {
    EXPECT_GT(all.size(), before);
    before = all.size();
  }
  EXPECT_FALSE(decoder.read_some(all));
  EXPECT_EQ(decoder.consumed_bytes(), decoder.total_bytes());
  return all;
}

class StreamDecoderTest : public ::testing::Test {
 protected:
  std::filesystem::path write(std::string_view bytes) {
    std::ofstream(path_, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path_;
  }
  /// What a stock tool makes of `plain`.
  std::filesystem::path write_with(const std::string& tool, const std::string& plain) {
    os::write_file_atomically(folder_.path() / "plain", plain);
    EXPECT_EQ(run(tool + " < " + (folder_.path() / "plain").string() + " > " + path_.string()).status, 0);
    return path_;
  }

  os::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "foreign";
  const std::string text_ = make_rows("foreign", 0, 300'000);  // more than one piece
};

TEST_F(StreamDecoderTest, ReadsFilesOfStockTools) {
  for (const char* tool : {"cat", "gzip -1", "zstd -q", "zstd -q --no-check", "zstd -q --long=27"}) {
    EXPECT_EQ(decode(write_with(tool, text_)), text_) << tool;
    EXPECT_EQ(decode(write_with(tool, "")), "") << tool;
    EXPECT_EQ(decode(write_with(tool, "x")), "x") << tool;
  }
}

TEST_F(StreamDecoderTest, ReadsLongRunsThatUnpackToMuchMoreThanTheyTake) {
  const std::string zeros(20'000'000, '\0');
  EXPECT_EQ(decode(write_with("gzip -9", zeros)), zeros);
  EXPECT_EQ(decode(write_with("zstd -q -19", zeros)), zeros);
}

TEST_F(StreamDecoderTest, ReadsConcatenatedMembersAndFrames) {
  const std::string twice = text_ + text_;
  write_with("gzip -1", text_);
  const auto member = os::read_file(path_);
  EXPECT_EQ(decode(write(member + member)), twice);
  write_with("zstd -q", text_);
  const auto frame = os::read_file(path_);
  EXPECT_EQ(decode(write(frame + frame)), twice);
}

TEST_F(StreamDecoderTest, ReadsOurOwnArchives) {
  for (const Codec codec : kAllCodecs) {
    const auto path = folder_.path() / std::string(name_of(codec));
    write_sample_archive(path, codec);
    EXPECT_TRUE(decode(path).starts_with(sample_script()));
    EXPECT_EQ(StreamDecoder(path.string()).codec(), codec);
  }
}

TEST_F(StreamDecoderTest, TellsAFileThatWasCut) {
  const std::string small = make_rows("cut", 0, 100);
  for (const char* tool : {"gzip -1", "zstd -q"}) {
    write_with(tool, small);
    const auto whole = os::read_file(path_);
    for (std::size_t size = 4; size < whole.size(); ++size)
      ASSERT_EQ(code_of([&] { decode(write(whole.substr(0, size))); }), Code::archive_incomplete) << tool << size;
  }
}

TEST_F(StreamDecoderTest, HandsOutWhatCameBeforeTheCut) {
  write_with("zstd -q", text_);
  const auto whole = os::read_file(path_);
  StreamDecoder decoder(write(whole.substr(0, whole.size() - 10)).string());
  std::string all;
  EXPECT_EQ(code_of([&] {
              while (decoder.read_some(all)) continue;
            }),
            Code::archive_incomplete);
  EXPECT_GT(all.size(), 1'000'000U);
  EXPECT_TRUE(text_.starts_with(all));
}

TEST_F(StreamDecoderTest, TellsAFileThatIsDamaged) {
  for (const char* tool : {"gzip -1", "zstd -q --check"}) {
    write_with(tool, text_);
    auto bytes = os::read_file(path_);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x55);
    const auto code = code_of([&] { decode(write(bytes)); });
    EXPECT_TRUE(code == Code::archive_damaged || code == Code::archive_incomplete) << tool;
    write_with(tool, text_);
    EXPECT_EQ(code_of([&] { decode(write(os::read_file(path_) + "junk after the end")); }), Code::archive_damaged);
  }
}

TEST_F(StreamDecoderTest, TellsAMissingFile) {
  EXPECT_EQ(code_of([&] { StreamDecoder((folder_.path() / "none").string()); }), Code::storage);
  EXPECT_EQ(code_of([&] { StreamDecoder(folder_.path().string()); }), Code::storage);
}

}  // namespace
}  // namespace safety::archive
