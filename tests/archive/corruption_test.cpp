// What an archive that was cut, flipped, swapped or replaced is taken for. Each case names the exact code.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "libsafety/archive/reader.hpp"
#include "tests/archive/sample_archive.hpp"

namespace safety::archive {
namespace {

class CorruptionTest : public ::testing::TestWithParam<Codec> {
 protected:
  void SetUp() override {
    write_sample_archive(path_, GetParam());
    whole_ = os::read_file(path_);
  }

  /// Not durably: there are thousands of them.
  void replace_file(std::string_view bytes) {
    std::ofstream(path_, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  /// What opening the file, and then reading all of it, says.
  Code code_of_use() {
    return code_of([&] { check_every_frame(context_, Reader::open(quiet_context(), path_), 1); });
  }

  os::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "shop.archive";
  std::string whole_;
  NullSink sink_;
  Context context_{sink_, {}};
};

TEST_P(CorruptionTest, CutAnywhereItIsIncomplete) {
  for (std::size_t size = whole_.size(); size-- > 0;) {
    std::filesystem::resize_file(path_, size);
    ASSERT_EQ(code_of([&] { Reader::open(quiet_context(), path_); }), Code::archive_incomplete) << "cut to " << size << " bytes";
    ASSERT_FALSE(is_archive(quiet_context(), path_)) << "cut to " << size << " bytes";
  }
}

TEST_P(CorruptionTest, CutItSaysWhatToDo) {
  std::filesystem::resize_file(path_, whole_.size() / 2);
  try {
    Reader::open(quiet_context(), path_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("ends without its footer: it was cut or is not an archive of safety-backup"),
              std::string::npos)
        << error.message();
    EXPECT_NE(error.hint().find("safety-list"), std::string::npos);
  }
}

TEST_P(CorruptionTest, OneFlippedBitAnywhereIsDamage) {
  const int fd = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  // Every byte near both ends, where each means something of its own, and many in between.
  for (std::size_t at = 0; at < whole_.size(); at += at < 300 || at + 450 > whole_.size() ? 1 : 11) {
    const char flipped = static_cast<char>(whole_[at] ^ (1 << at % 8));
    ASSERT_EQ(::pwrite(fd, &flipped, 1, static_cast<off_t>(at)), 1);
    ASSERT_EQ(code_of_use(), Code::archive_damaged) << "byte " << at << " of " << whole_.size();
    ASSERT_EQ(::pwrite(fd, &whole_[at], 1, static_cast<off_t>(at)), 1);
  }
  ::close(fd);
  EXPECT_EQ(code_of_use(), Code::success);
}

TEST_P(CorruptionTest, EveryFlippedBitOfTheFirstBytesAndTheFooterIsDamage) {
  const std::size_t footer =
      stored_frame_shape(GetParam()).before + kFooterTextBytes + stored_frame_shape(GetParam()).after;
  for (std::size_t bit = 0; bit < whole_.size() * 8; ++bit) {
    if (bit == 16 * 8) bit = (whole_.size() - footer) * 8;
    auto bytes = whole_;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    replace_file(bytes);
    ASSERT_EQ(code_of_use(), Code::archive_damaged) << "bit " << bit % 8 << " of byte " << bit / 8;
  }
}

TEST_P(CorruptionTest, SwappedFramesAreDamage) {
  const auto frames = Reader::open(quiet_context(), path_).index().frames;
  const auto part = [&](std::size_t i) { return whole_.substr(frames[i].offset, frames[i].stored_bytes); };
  for (std::size_t i = 0; i + 1 < frames.size(); ++i) {
    replace_file(whole_.substr(0, frames[i].offset) + part(i + 1) + part(i) +
                 whole_.substr(frames[i + 1].offset + frames[i + 1].stored_bytes));
    EXPECT_EQ(code_of_use(), Code::archive_damaged) << "frames " << i << " and " << i + 1;
  }
}

TEST_P(CorruptionTest, AMissingOrRepeatedFrameIsDamage) {
  const auto frames = Reader::open(quiet_context(), path_).index().frames;
  for (const auto& frame : frames) {
    const auto before = whole_.substr(0, frame.offset), part = whole_.substr(frame.offset, frame.stored_bytes),
               after = whole_.substr(frame.offset + frame.stored_bytes);
    replace_file(before + after);
    EXPECT_EQ(code_of_use(), Code::archive_damaged) << "without the frame at " << frame.offset;
    replace_file(before + part + part + after);
    EXPECT_EQ(code_of_use(), Code::archive_damaged) << "with the frame at " << frame.offset << " twice";
  }
}

TEST_P(CorruptionTest, ZeroedBlocksAreDamage) {
  for (std::size_t at = 0; at + 512 < whole_.size() - 300; at += 256) {
    auto bytes = whole_;
    bytes.replace(at, 512, 512, '\0');
    replace_file(bytes);
    EXPECT_EQ(code_of_use(), Code::archive_damaged) << "at " << at;
  }
}

TEST_P(CorruptionTest, TheMiddleOfAnotherArchiveIsDamage) {
  auto bytes = whole_;
  for (std::size_t i = bytes.size() / 3; i < bytes.size() / 2; ++i) bytes[i] = whole_[whole_.size() / 2 - i % 100];
  replace_file(bytes);
  EXPECT_EQ(code_of_use(), Code::archive_damaged);
}

TEST_P(CorruptionTest, BytesAfterTheFooterAreNoArchive) {
  for (const std::string& tail : {std::string("\n"), std::string("x"), std::string(4096, '\0'), whole_.substr(0, 50)}) {
    replace_file(whole_ + tail);
    EXPECT_EQ(code_of_use(), Code::archive_incomplete) << tail.size();
  }
}

TEST_P(CorruptionTest, TwoArchivesInOneFileAreDamage) {
  replace_file(whole_ + whole_);
  EXPECT_EQ(code_of_use(), Code::archive_damaged);
}

/// The archive with another text as its index, correctly pointed to.
std::string with_index(const std::string& whole, Codec codec, std::uint64_t index_offset, const std::string& text) {
  std::string frame;
  Compressor(codec, default_level(codec)).compress(text, frame);
  const auto path = os::TemporaryFolder();
  os::write_file_atomically(path.path() / "frame", frame);
  Footer footer{.index_offset = index_offset,
                .index_stored_bytes = frame.size(),
                .index_plain_bytes = text.size(),
                .index_sha256 = run("sha256sum < " + (path.path() / "frame").string()).text.substr(0, 64)};
  return whole.substr(0, index_offset) + frame + make_stored_frame(codec, format_footer(footer));
}

TEST_P(CorruptionTest, AnIndexThatLiesAboutItsFramesIsDamage) {
  const Index index = Reader::open(quiet_context(), path_).index();
  const std::uint64_t end = index.frames.back().offset + index.frames.back().stored_bytes;
  replace_file(with_index(whole_, GetParam(), end, format_index(index)));
  ASSERT_EQ(code_of_use(), Code::success);
  const auto code_with = [&](auto change) {
    Index lie = index;
    change(lie);
    replace_file(with_index(whole_, GetParam(), end, format_index(lie)));
    return code_of_use();
  };
  EXPECT_EQ(code_with([](Index& lie) { lie.frames.pop_back(); }), Code::archive_damaged);
  EXPECT_EQ(code_with([](Index& lie) { lie.frames.erase(lie.frames.begin()); }), Code::archive_damaged);
  EXPECT_EQ(code_with([](Index& lie) { lie.frames.back().stored_bytes = ~std::uint64_t{0}; }), Code::archive_damaged);
  EXPECT_EQ(code_with([](Index& lie) { lie.frames[2].offset += 1; }), Code::archive_damaged);
  EXPECT_EQ(code_with([](Index& lie) { std::swap(lie.frames[1], lie.frames[2]); }), Code::archive_damaged);
  EXPECT_EQ(code_with([](Index& lie) { lie.frames[3].plain_bytes += 1; }), Code::archive_damaged);
  EXPECT_EQ(code_with([](Index& lie) { lie.frames[3].plain_bytes = std::uint64_t{1} << 60; }), Code::archive_damaged);
  EXPECT_EQ(code_with([](Index& lie) { lie.frames[3].table = -1; }), Code::archive_damaged);
  EXPECT_EQ(code_with([](Index& lie) { lie.frames[3].table = 3; }), Code::archive_damaged);
  EXPECT_EQ(code_with([](Index& lie) { lie.frames[3].table = 1; }), Code::archive_damaged);
  EXPECT_EQ(code_with([](Index& lie) { lie.frames[3].rows += 1; }), Code::archive_damaged);
  EXPECT_EQ(code_with([](Index& lie) { lie.frames[3].crc32 ^= 1; }), Code::archive_damaged);
  EXPECT_EQ(code_with([](Index& lie) { lie.frames.clear(); }), Code::archive_damaged);
}

TEST_P(CorruptionTest, ANewerFormatIsRefusedAsSuch) {
  const Index index = Reader::open(quiet_context(), path_).index();
  const std::uint64_t end = index.frames.back().offset + index.frames.back().stored_bytes;
  replace_file(with_index(whole_, GetParam(), end, "-- safety index 2\nsomething else\n"));
  EXPECT_EQ(code_of_use(), Code::version);
  EXPECT_TRUE(is_archive(quiet_context(), path_));
}

TEST_P(CorruptionTest, AFooterThatPointsElsewhereIsDamage) {
  const Index index = Reader::open(quiet_context(), path_).index();
  const std::uint64_t end = index.frames.back().offset + index.frames.back().stored_bytes;
  for (const std::uint64_t offset :
       {std::uint64_t{0}, end - 1, end + 1, std::uint64_t{whole_.size()}, ~std::uint64_t{0}})
    for (const std::uint64_t stored : {std::uint64_t{0}, std::uint64_t{1}, end, ~std::uint64_t{0}}) {
      const Footer footer{.index_offset = offset,
                          .index_stored_bytes = stored,
                          .index_plain_bytes = 10,
                          .index_sha256 = std::string(64, '0')};
      const auto frame = make_stored_frame(GetParam(), format_footer(footer));
      replace_file(whole_.substr(0, whole_.size() - frame.size()) + frame);
      EXPECT_EQ(code_of_use(), Code::archive_damaged) << offset << " " << stored;
    }
}

INSTANTIATE_TEST_SUITE_P(All, CorruptionTest, ::testing::ValuesIn(kAllCodecs), name_of_case);

TEST(Corruption, JunkIsNoArchive) {
  const os::TemporaryFolder folder;
  const auto path = folder.path() / "junk";
  for (const std::string& junk : {std::string(), std::string("x"), std::string(100'000, 'x'), std::string(5000, '\0'),
                                  std::string("\x1F\x8B"), std::string("\x28\xB5\x2F\xFD"),
                                  "\x1F\x8B" + std::string(1000, 'x'), "\x28\xB5\x2F\xFD" + std::string(1000, 'x'),
                                  "--\n-- PostgreSQL database dump\n--\n" + std::string(500, '\n')}) {
    os::write_file_atomically(path, junk);
    EXPECT_EQ(code_of([&] { Reader::open(quiet_context(), path); }), Code::archive_incomplete) << junk.substr(0, 40);
    EXPECT_FALSE(is_archive(quiet_context(), path));
  }
}

}  // namespace
}  // namespace safety::archive
