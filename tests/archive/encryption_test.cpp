// The real age: what is written opens with each recipient's key and with no other, nothing in clear gets a name, and whatever is wrong
// with keys, files or the program is told apart.
#include "libsafety/archive/encryption.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "libsafety/archive/reader.hpp"
#include "libsafety/archive/sha256.hpp"
#include "tests/archive/sample_archive.hpp"
#include "tests/testing/age.hpp"

namespace safety::archive {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::CollectingSink;
using testing::read_text;
using testing::TempFolder;
using testing::write_script;
using testing::write_text;

class EncryptionTest : public ::testing::Test {
 protected:
  testing::AgeKey make_key(const std::string& name) const { return testing::make_age_key(keys_ / name); }
  /// The sample archive, encrypted by `encryption` into the folder.
  WrittenArchive write(Encryption& encryption, const std::string& name = "a.sql.zst.age") const {
    const auto content = encryption.make_file();
    const auto plain = write_sample_archive(content, Codec::zstd);
    return encryption.encrypt(quiet_context(), plain, content, folder_ / name);
  }
  /// Of a process that did not write it.
  Encryption reading(std::vector<fs::path> identities) const { return Encryption({{}, std::move(identities), folder_.path()}); }
  static Error error_of_open(Encryption& encryption, const fs::path& path) {
    CollectingSink sink;
    return error_of([&] { Reader::open(Context{sink, {}, &encryption}, path); });
  }
  static std::string database_in(Encryption& encryption, const fs::path& path) {
    CollectingSink sink;
    return Reader::open(Context{sink, {}, &encryption}, path).index().database;
  }

  TempFolder folder_, keys_;
  testing::AgeKey key_ = make_key("key");
};

TEST_F(EncryptionTest, StockToolsOpenItWithTheIdentity) {
  Encryption encryption({{key_.recipient}, {}, folder_.path()});
  const auto written = write(encryption);
  EXPECT_EQ(written.path, folder_ / "a.sql.zst.age");
  EXPECT_EQ(written.bytes, fs::file_size(written.path));
  EXPECT_EQ(written.sha256, sha256_of_file(quiet_context(), written.path));
  const auto text = run("age -d -i " + key_.file.string() + " " + written.path.string() + " | zstdcat");
  EXPECT_EQ(text.status, 0);
  EXPECT_EQ(text.text.substr(0, sample_script().size()), sample_script());
}

TEST_F(EncryptionTest, NothingInClearHasAName) {
  Encryption encryption({{key_.recipient}, {}, folder_.path()});
  const auto content = encryption.make_file();
  const auto plain = write_sample_archive(content, Codec::plain);
  EXPECT_THAT(read_text(content->path()), HasSubstr("CREATE TABLE users")) << "we can read it";
  EXPECT_THAT(folder_.names(), ::testing::IsEmpty());
  const auto written = encryption.encrypt(quiet_context(), plain, content, folder_ / "a.sql.age");
  EXPECT_THAT(folder_.names(), ::testing::ElementsAre("a.sql.age"));
  EXPECT_EQ(read_text(written.path).find("CREATE TABLE"), std::string::npos);
  struct stat status {};
  ASSERT_EQ(::stat(written.path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(EncryptionTest, WhoWroteItReadsItWithoutAnIdentityAndNobodyElse) {
  Encryption encryption({{key_.recipient}, {}, folder_.path()});
  const auto written = write(encryption);
  EXPECT_TRUE(encryption.may_open(written.path));
  EXPECT_EQ(database_in(encryption, written.path), "shop");

  auto other = reading({});
  EXPECT_FALSE(other.may_open(written.path));
  const auto error = error_of_open(other, written.path);
  EXPECT_EQ(error.code(), Code::encrypted);
  EXPECT_THAT(error.hint(), HasSubstr("--identity"));
  EXPECT_EQ(error_of([&] { Reader::open(quiet_context(), written.path); }).code(), Code::encrypted);
}

TEST_F(EncryptionTest, EachRecipientOpensItAloneAndNobodyElse) {
  const auto second = make_key("second"), stranger = make_key("stranger");
  ASSERT_EQ(run("ssh-keygen -q -t ed25519 -N '' -f " + (keys_ / "ssh").string()).status, 0);
  write_text(keys_ / "recipients", "# two of the team\n" + second.recipient + "\n" + read_text(keys_ / "ssh.pub"));
  Encryption encryption({{key_.recipient, (keys_ / "recipients").string()}, {}, folder_.path()});
  EXPECT_EQ(encryption.describe(), "2 recipients");
  const auto written = write(encryption);
  for (const auto& identity : {key_.file, second.file, keys_ / "ssh"}) {
    auto one = reading({identity});
    EXPECT_EQ(database_in(one, written.path), "shop") << identity;
  }
  auto wrong = reading({stranger.file});
  const auto error = error_of_open(wrong, written.path);
  EXPECT_EQ(error.code(), Code::encrypted);
  EXPECT_THAT(error.message(), HasSubstr("no identity matched"));
  auto one_of_several = reading({stranger.file, second.file});
  EXPECT_EQ(database_in(one_of_several, written.path), "shop");
}

TEST_F(EncryptionTest, DamageAnywhereIsTold) {
  Encryption encryption({{key_.recipient}, {}, folder_.path()});
  const auto written = write(encryption);
  const auto whole = read_text(written.path);
  const auto code_for = [&](const std::string& content) {
    const auto path = folder_ / "damaged.sql.zst.age";
    write_text(path, content);
    auto reader = reading({key_.file});
    return error_of_open(reader, path).code();
  };
  const auto header = whole.find("\n--- ") + 5;  // its MAC follows
  ASSERT_LT(header, whole.size());
  for (std::size_t at = 0; at < whole.size(); at += whole.size() / 40) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto code = code_for(changed);
    // A changed letter in the lines for recipients makes it a stranger's.
    EXPECT_TRUE(code == Code::archive_damaged || (at < header && code == Code::encrypted)) << "bit flipped at " << at << ": " << name_of(code);
    EXPECT_EQ(code_for(whole.substr(0, at)), Code::archive_damaged) << "cut at " << at;
  }
  EXPECT_EQ(code_for(whole + "x"), Code::archive_damaged) << "something behind it";
}

TEST_F(EncryptionTest, AnIdentityMayComeFromAPipe) {
  Encryption encryption({{key_.recipient}, {}, folder_.path()});
  const auto written = write(encryption);
  ASSERT_EQ(::mkfifo((keys_ / "pipe").c_str(), 0600), 0);
  std::thread feeder([&] { write_text(keys_ / "pipe", read_text(key_.file)); });
  auto reader = reading({keys_ / "pipe"});
  EXPECT_EQ(database_in(reader, written.path), "shop");
  feeder.join();
  fs::copy_file(written.path, folder_ / "b.sql.zst.age");
  EXPECT_EQ(database_in(reader, folder_ / "b.sql.zst.age"), "shop") << "it was read once, and is known";
}

TEST_F(EncryptionTest, IdentitiesThatCannotBeUsedAreNamed) {
  Encryption encryption({{key_.recipient}, {}, folder_.path()});
  const auto written = write(encryption);
  const auto expect = [&](const fs::path& identity, Code code, const std::string& words) {
    auto reader = reading({identity});
    const auto error = error_of_open(reader, written.path);
    EXPECT_EQ(error.code(), code) << error.message();
    EXPECT_THAT(error.message(), AllOf(HasSubstr(identity.string()), HasSubstr(words)));
  };
  expect(keys_ / "none", Code::config, "cannot be read");
  ASSERT_EQ(run("age -r " + key_.recipient + " -o " + (keys_ / "sealed").string() + " " + key_.file.string()).status, 0);
  expect(keys_ / "sealed", Code::config, "is itself an encrypted file");
  write_text(keys_ / "empty", "# nothing\n");
  expect(keys_ / "empty", Code::config, "no secret keys found");
  write_text(keys_ / "nonsense", "AGE-SECRET-KEY-1NONSENSE\n");
  expect(keys_ / "nonsense", Code::config, "malformed");
  ASSERT_EQ(run("ssh-keygen -q -t ed25519 -N secret -f " + (keys_ / "sshp").string()).status, 0);
  Encryption for_ssh({{(keys_ / "sshp.pub").string()}, {}, folder_.path()});
  const auto second = write(for_ssh, "c.sql.zst.age");
  auto reader = reading({keys_ / "sshp"});
  const auto error = error_of_open(reader, second.path);
  EXPECT_EQ(error.code(), Code::encrypted);
  EXPECT_THAT(error.message(), HasSubstr("passphrase")) << "nobody waits for a terminal";
}

TEST_F(EncryptionTest, RecipientsAreCheckedBeforeAnythingIsBegun) {
  for (const auto& [recipient, words] : std::vector<std::pair<std::string, std::string>>{
           {"age1nonsense", "malformed recipient"}, {"/none/recipients", "/none/recipients"}, {"ssh-dss AAAA", "recipient"}, {"-", "empty"}, {"", "empty"}}) {
    Encryption encryption({{recipient}, {}, folder_.path()});
    const auto error = error_of([&] { encryption.check(quiet_context()); });
    EXPECT_EQ(error.code(), Code::config) << recipient;
    EXPECT_THAT(error.message(), HasSubstr(words));
    EXPECT_NE(error.hint(), "");
  }
  Encryption({{key_.recipient}, {}, folder_.path()}).check(quiet_context());
}

/// The real age behind a script that may do something else first.
class WithAnotherAge : public EncryptionTest {
 protected:
  void SetUp() override {
    real_ = run("command -v age").text;
    real_.pop_back();
  }
  void TearDown() override { ::setenv("PATH", path_.c_str(), 1); }
  void put_before(const std::string& script) {
    write_script(programs_ / "age", "real=" + real_ + "\n" + script);
    ::setenv("PATH", (programs_.path().string() + ":" + path_).c_str(), 1);
  }
  Error error_of_write() {
    Encryption encryption({{key_.recipient}, {}, folder_.path()});
    return error_of([&] { write(encryption); });
  }

  TempFolder programs_;
  std::string path_ = std::getenv("PATH"), real_;
};

TEST_F(WithAnotherAge, WhatDoesNotOpenAgainIsNoArchive) {
  put_before("case $1 in -d) exec $real \"$@\" ;; esac\n$real \"$@\" | head -c 2000\nexit 0");  // as a disk would that swallows the end
  const auto error = error_of_write();
  EXPECT_EQ(error.code(), Code::archive_damaged) << error.message();
  EXPECT_THAT(folder_.names(), ::testing::IsEmpty());
}

TEST_F(WithAnotherAge, OtherContentIsNoArchive) {
  put_before("case $1 in -d) exec $real \"$@\" ;; esac\nfor file; do :; done\nhead -c 5000 \"$file\" | $real \"$1\" \"$2\" \"$3\" \"$4\"");
  const auto error = error_of_write();
  EXPECT_EQ(error.code(), Code::archive_damaged) << error.message();
  EXPECT_THAT(error.message(), HasSubstr("does not decrypt to what was encrypted"));
  EXPECT_THAT(folder_.names(), ::testing::IsEmpty());
}

TEST_F(WithAnotherAge, AProgramThatFailsLeavesNothing) {
  put_before("$real \"$@\" | head -c 2000\necho 'age: error: the moon is full' >&2\nexit 1");
  const auto error = error_of_write();
  EXPECT_EQ(error.code(), Code::command_failed);
  EXPECT_THAT(error.message(), HasSubstr("the moon is full"));
  EXPECT_THAT(folder_.names(), ::testing::IsEmpty());
}

TEST_F(WithAnotherAge, AMissingProgramIsNamedWithTheCommandThatInstallsIt) {
  ::setenv("PATH", programs_.path().c_str(), 1);
  Encryption encryption({{key_.recipient}, {}, folder_.path()});
  const auto error = error_of([&] { encryption.check(quiet_context()); });
  EXPECT_EQ(error.code(), Code::command_failed);
  EXPECT_THAT(error.hint(), HasSubstr("apt-get install age"));
}

TEST_F(WithAnotherAge, ItIsDecryptedOnce) {
  put_before("echo run >> " + (keys_ / "calls").string() + "\nexec $real \"$@\"");
  Encryption encryption({{key_.recipient}, {}, folder_.path()});
  const auto written = write(encryption);
  const auto calls = [&] { return read_text(keys_ / "calls").size() / 4; };
  EXPECT_EQ(calls(), 2U) << "encrypted, and opened again";
  auto reader = reading({key_.file});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(database_in(reader, written.path), "shop");
  EXPECT_EQ(calls(), 3U);
}

TEST_F(EncryptionTest, AKeyThatOthersCanReadIsTold) {
  Encryption encryption({{key_.recipient}, {}, folder_.path()});
  const auto written = write(encryption);
  const auto warnings = [&] {
    CollectingSink sink;
    auto reader = reading({key_.file});
    Reader::open(Context{sink, {}, &reader}, written.path);
    std::string text;
    for (const auto& event : sink.events())
      if (event.kind == Event::Kind::warning) text += event.text;
    return text;
  };
  EXPECT_EQ(warnings(), "");
  fs::permissions(key_.file, fs::perms(0644));
  EXPECT_THAT(warnings(), HasSubstr("can be read by others: run `chmod 600"));
}

TEST_F(EncryptionTest, AFolderThatSomebodyNamedIsNotMade) {
  Encryption encryption({{key_.recipient}, {}, folder_ / "unmounted", true});
  for (const auto& error : {error_of([&] { encryption.make_file(); }), error_of([&] { encryption.check(quiet_context()); })}) {
    EXPECT_EQ(error.code(), Code::storage);
    EXPECT_THAT(error.message() + error.hint(), AllOf(HasSubstr("unmounted"), HasSubstr("--temporary-dir")));
  }
  EXPECT_FALSE(fs::exists(folder_ / "unmounted"));
  Encryption({{key_.recipient}, {}, folder_ / "backups"}).make_file();
  EXPECT_TRUE(fs::exists(folder_ / "backups")) << "the backup folder is ours to make";
}

TEST_F(EncryptionTest, AnExistingFileIsNotReplaced) {
  Encryption encryption({{key_.recipient}, {}, folder_.path()});
  write_text(folder_ / "a.sql.zst.age", "somebody's");
  EXPECT_EQ(error_of([&] { write(encryption); }).code(), Code::storage);
  EXPECT_EQ(read_text(folder_ / "a.sql.zst.age"), "somebody's");
}

TEST_F(EncryptionTest, AStopEndsItAndLeavesNothing) {
  Encryption encryption({{key_.recipient}, {}, folder_.path()});
  const auto content = encryption.make_file();
  const auto plain = write_sample_archive(content, Codec::zstd);
  CollectingSink sink;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(error_of([&] { encryption.encrypt(Context{sink, stop.get_token()}, plain, content, folder_ / "a.sql.zst.age"); }).code(), Code::interrupted);
  EXPECT_THAT(folder_.names(), ::testing::IsEmpty());
}

TEST_F(EncryptionTest, FilesInClearNeedNothing) {
  write_sample_archive(folder_ / "a.sql.zst", Codec::zstd);
  EXPECT_TRUE(may_read(quiet_context(), folder_ / "a.sql.zst"));
  EXPECT_FALSE(is_encrypted(folder_ / "a.sql.zst"));
  EXPECT_EQ(decrypt_if_encrypted(quiet_context(), folder_ / "a.sql.zst"), nullptr);
  ASSERT_EQ(run("age -a -r " + key_.recipient + " -o " + (folder_ / "renamed").string() + " " + (folder_ / "a.sql.zst").string()).status, 0);
  EXPECT_TRUE(is_encrypted(folder_ / "renamed")) << "told by its content, armored too";
  auto reader = reading({key_.file});
  EXPECT_EQ(database_in(reader, folder_ / "renamed"), "shop");
}

}  // namespace
}  // namespace safety::archive
