#include "libsafety/archive/codec.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/archive/sample_archive.hpp"

namespace safety::archive {
namespace {

class CodecTest : public ::testing::TestWithParam<Codec> {
 protected:
  std::string compress(std::string_view plain) {
    std::string frame;
    Compressor(GetParam(), default_level(GetParam())).compress(plain, frame);
    return frame;
  }
  std::string decompress(std::string_view frame, std::uint64_t plain_bytes) {
    std::string plain;
    Decompressor(GetParam()).decompress(frame, plain_bytes, plain);
    return plain;
  }
};

std::string random_bytes(std::size_t size) {
  std::mt19937 random(42);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST_P(CodecTest, GivesBackWhatWentIn) {
  for (const std::string& plain : {std::string("x"), make_rows("word", 0, 5000), std::string(3'000'000, 'a'),
                                   random_bytes(1'000'000), std::string()})
    EXPECT_EQ(decompress(compress(plain), plain.size()), plain) << plain.size();
}

TEST_P(CodecTest, ReusesACompressorAndADecompressorForManyFrames) {
  Compressor compressor(GetParam(), default_level(GetParam()));
  Decompressor decompressor(GetParam());
  std::string frame, plain;
  for (int i = 1; i < 200; i += 13) {
    const auto rows = make_rows("r", i, i * 100);
    compressor.compress(rows, frame);
    decompressor.decompress(frame, rows.size(), plain);
    ASSERT_EQ(plain, rows);
  }
}

TEST_P(CodecTest, RefusesAnotherPlainSizeThanTheFrameHolds) {
  const auto rows = make_rows("r", 0, 100);
  const auto frame = compress(rows);
  for (const std::uint64_t wrong : {std::uint64_t{0}, rows.size() - 1, rows.size() + 1,
                                    rows.size() + (std::uint64_t{1} << 32), std::uint64_t{1} << 62, ~std::uint64_t{0}})
    EXPECT_EQ(code_of([&] { decompress(frame, wrong); }), Code::archive_damaged) << wrong;
}

TEST_P(CodecTest, RefusesBytesAfterTheFrame) {
  const auto rows = make_rows("r", 0, 100);
  EXPECT_EQ(code_of([&] { decompress(compress(rows) + "x", rows.size()); }), Code::archive_damaged);
  EXPECT_EQ(code_of([&] { decompress(compress(rows) + compress(rows), rows.size()); }), Code::archive_damaged);
}

TEST_P(CodecTest, RefusesEveryPrefixOfAFrame) {
  const auto rows = make_rows("r", 0, 30);
  const auto frame = compress(rows);
  for (std::size_t size = 0; size < frame.size(); ++size)
    ASSERT_EQ(code_of([&] { decompress(frame.substr(0, size), rows.size()); }), Code::archive_damaged) << size;
}

TEST_P(CodecTest, FindsEveryFlippedBitOfAFrameWithoutHelpOfTheIndex) {
  if (GetParam() == Codec::plain) return;  // plain frames have only the CRC of the index
  const auto rows = make_rows("r", 0, 50);
  const auto frame = compress(rows);
  for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
    auto flipped = frame;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    std::string plain;
    const auto code = code_of([&] { plain = decompress(flipped, rows.size()); });
    // Time and system in a gzip header, and reserved header bits, change nothing that is decoded.
    ASSERT_TRUE(code == Code::archive_damaged || plain == rows) << "bit " << bit;
  }
}

TEST_P(CodecTest, KeepsTheTextOfAStoredFrameReadable) {
  for (const std::size_t size : {std::size_t{1}, kFooterTextBytes, std::size_t{255}}) {
    const auto text = random_bytes(size);
    const auto frame = make_stored_frame(GetParam(), text);
    const auto shape = stored_frame_shape(GetParam());
    ASSERT_EQ(frame.size(), shape.before + size + shape.after);
    EXPECT_EQ(frame.substr(shape.before, size), text);
    EXPECT_EQ(decompress(frame, size), text);
  }
}

TEST_P(CodecTest, IsRecognisedByItsFirstBytes) {
  EXPECT_EQ(detect_codec(compress("-- text\n").substr(0, 4)), GetParam());
  EXPECT_EQ(detect_codec(make_stored_frame(GetParam(), "-- text\n")), GetParam());
}

TEST_P(CodecTest, IsFoundByItsName) {
  EXPECT_EQ(parse_codec(name_of(GetParam())), GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, CodecTest, ::testing::ValuesIn(kAllCodecs), name_of_case);

TEST(Codec, HasTheExtensionsOfStockTools) {
  EXPECT_EQ(extension_of(Codec::plain), ".sql");
  EXPECT_EQ(extension_of(Codec::gzip), ".sql.gz");
  EXPECT_EQ(extension_of(Codec::zstd), ".sql.zst");
}

TEST(Codec, RefusesAnUnknownName) {
  EXPECT_EQ(code_of([] { parse_codec("lz4"); }), Code::usage);
  EXPECT_EQ(code_of([] { parse_codec(""); }), Code::usage);
}

TEST(Codec, RefusesLevelsThatItDoesNotHave) {
  for (const Codec codec : kAllCodecs) {
    EXPECT_EQ(code_of([&] { check_level(codec, default_level(codec)); }), Code::success);
    EXPECT_EQ(code_of([&] { check_level(codec, -1); }), Code::usage);
    EXPECT_EQ(code_of([&] { check_level(codec, 23); }), Code::usage);
    EXPECT_EQ(code_of([&] { Compressor(codec, 99); }), Code::usage);
  }
  EXPECT_EQ(code_of([] { check_level(Codec::zstd, 19); }), Code::success);
  EXPECT_EQ(code_of([] { check_level(Codec::gzip, 12); }), Code::success);
  EXPECT_EQ(code_of([] { check_level(Codec::plain, 1); }), Code::usage);
}

TEST(Codec, TakesShortOrEmptyFirstBytesAsPlain) {
  EXPECT_EQ(detect_codec(""), Codec::plain);
  EXPECT_EQ(detect_codec("\x1F"), Codec::plain);
  EXPECT_EQ(detect_codec("\x28\xB5\x2F"), Codec::plain);
  EXPECT_EQ(detect_codec("--"), Codec::plain);
}

TEST(Codec, ComputesTheChecksumThatGzipUses) {
  EXPECT_EQ(crc32_of("123456789"), 0xCBF43926U);
}

}  // namespace
}  // namespace safety::archive
