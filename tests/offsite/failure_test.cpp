#include "libsafety/offsite/failure.hpp"

#include "tests/testing/testing.hpp"

namespace safety::offsite {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Case {
  const char* name;
  int exit_code;
  const char* words;
  Trouble trouble;
  Code code;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

// Words that rclone 1.60 said, or that its servers are known to say.
const Case kCases[] = {
    {"Refused", 1, "2026/11/26 20:27:27 Failed to copyto: read metadata failed: Propfind \"http://127.0.0.1:1/x\": dial tcp 127.0.0.1:1: connect: connection refused",
     Trouble::temporary, Code::command_failed},
    {"Folder", 3, "2026/11/26 20:27:12 Failed to lsjson: directory not found", Trouble::missing, Code::command_failed},
    {"File", 1, "2026/11/26 20:27:11 Failed to deletefile: W:x/nofile is a directory or doesn't exist", Trouble::missing, Code::command_failed},
    {"Password", 1, "2026/11/26 20:27:15 Failed to create file system for \"W:x\": read metadata failed: Unauthorized: 401 Unauthorized", Trouble::refused, Code::command_failed},
    {"SshPassword", 1, "2026/11/26 20:27:26 Failed to create file system for \"S:x\": NewFs: couldn't connect SSH: ssh: handshake failed: ssh: unable to authenticate",
     Trouble::refused, Code::command_failed},
    {"Name", 1, "2026/11/26 20:27:26 Failed to create file system for \"n:x\": didn't find section in config file", Trouble::unknown_remote, Code::config},
    {"WebDavFull", 1, "2026/11/26 20:27:26 Failed to copyto: Insufficient Storage: 507 Insufficient Storage", Trouble::full, Code::storage},
    {"S3Full", 1, "2026/11/26 20:27:26 Failed to copyto: QuotaExceeded: Bucket quota exceeded\n\tstatus code: 403", Trouble::full, Code::storage},
    {"JsonLog", 1, R"({"level":"error","msg":"a.zst: Failed to copy: no space left on device","time":"x"})", Trouble::full, Code::storage},
    // A statistic that names a file is no complaint.
    {"Statistics", 5, R"({"level":"warning","msg":"no space left on device.txt: 70%","stats":{}})" "\n2026/11/26 20:27:28 Failed to copyto: EOF", Trouble::temporary,
     Code::command_failed},
};

class Explain : public ::testing::TestWithParam<Case> {};

TEST_P(Explain, TellsWhatToDoNext) {
  const auto& one = GetParam();
  const auto remote = parse_remote("nas:x");
  const auto error = explain(one.exit_code, one.words, remote, "cannot copy to", "nas:x/a");
  EXPECT_EQ(static_cast<int>(error.trouble()), static_cast<int>(one.trouble)) << error.what();
  EXPECT_EQ(error.code(), one.code);
  EXPECT_THAT(error.message(), HasSubstr("cannot copy to \"nas:x/a\""));
  EXPECT_THAT(error.detail(), AllOf(Not(HasSubstr("2026/11/26")), Not(HasSubstr("{"))));
  EXPECT_FALSE(error.hint().empty());
}

INSTANTIATE_TEST_SUITE_P(Rclone, Explain, ::testing::ValuesIn(kCases), [](const auto& one) { return std::string(one.param.name); });

TEST(Explain, HasNoSecretInIt) {
  const auto remote = parse_remote(":webdav,pass=hunter22:x");
  const auto error = explain(1, "Failed: http://me:other@host/x said hunter22 is wrong", remote, "cannot list", remote.shown);
  EXPECT_THAT(error.what(), AllOf(Not(HasSubstr("hunter22")), Not(HasSubstr("other")), HasSubstr("**redacted**")));
}

TEST(Explain, SaysTheExitCodeWhenRcloneSaysNothing) {
  EXPECT_THAT(explain(7, "", parse_remote("nas:x"), "cannot list", "nas:x").detail(), HasSubstr("exit code 7"));
}

}  // namespace
}  // namespace safety::offsite
