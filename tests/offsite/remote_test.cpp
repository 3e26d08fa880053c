#include "libsafety/offsite/remote.hpp"

#include <sys/stat.h>

#include "tests/testing/testing.hpp"

namespace safety::offsite {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using testing::TempFolder;
using ::testing::UnorderedElementsAre;

TEST(Remote, IsANameWithAPath) {
  const auto remote = parse_remote("b2:bucket/shop");
  EXPECT_EQ(remote.address, "b2:bucket/shop");
  EXPECT_EQ(remote.shown, "b2:bucket/shop");
  EXPECT_THAT(remote.environment, IsEmpty());
  EXPECT_EQ(remote.address_of("a.json"), "b2:bucket/shop/a.json");
}

TEST(Remote, MayBeTheRootOfAName) {
  EXPECT_EQ(parse_remote("nas:").address_of("a.json"), "nas:a.json");
  EXPECT_EQ(parse_remote("nas:/").address_of("a.json"), "nas:/a.json");
}

TEST(Remote, MayBeAFolderOfAMount) { EXPECT_EQ(parse_remote("/mnt/nas/x").address_of("a.json"), "/mnt/nas/x/a.json"); }

TEST(Remote, GivesParametersOfAConnectionStringToVariables) {
  const auto remote = parse_remote(":webdav,url='https://dav.example:8443/x',user=me,pass=\"a,b:\"\"c\":some/path");
  EXPECT_EQ(remote.address, "safety_offsite:some/path");
  EXPECT_EQ(remote.shown, ":webdav:some/path");
  EXPECT_THAT(remote.environment, UnorderedElementsAre(Pair("RCLONE_CONFIG_SAFETY_OFFSITE_TYPE", "webdav"), Pair("RCLONE_CONFIG_SAFETY_OFFSITE_URL", "https://dav.example:8443/x"),
                                                       Pair("RCLONE_CONFIG_SAFETY_OFFSITE_USER", "me"), Pair("RCLONE_CONFIG_SAFETY_OFFSITE_PASS", "a,b:\"c")));
  EXPECT_THAT(remote.secrets, ElementsAre("a,b:\"c"));
}

TEST(Remote, GivesParametersOfANamedRemoteToItsVariables) {
  const auto remote = parse_remote("my-s3,secret-access-key=abcdef,no_check_bucket:bucket");
  EXPECT_EQ(remote.address, "my-s3:bucket");
  EXPECT_THAT(remote.environment, UnorderedElementsAre(Pair("RCLONE_CONFIG_MY_S3_SECRET_ACCESS_KEY", "abcdef"), Pair("RCLONE_CONFIG_MY_S3_NO_CHECK_BUCKET", "true")));
}

TEST(Remote, RefusesWhatNamesNoneWithoutRepeatingIt) {
  for (const char* text : {"", "backups", "./backups", "a/b:c", "-v:x", ":", ":webdav", ":webdav,pass=hunter22", ":webdav,pass='hunter22:x", "x,=hunter22:y", "nas:a\nb"}) {
    const auto error = error_of([&] { parse_remote(text); });
    EXPECT_EQ(error.code(), Code::usage) << text;
    EXPECT_THAT(error.what(), Not(HasSubstr("hunter22")));
    EXPECT_THAT(error.hint(), HasSubstr("rclone listremotes"));
  }
}

TEST(Remote, TakesSecretsOutOfTexts) {
  const auto remote = parse_remote(":webdav,url=x,pass=hunter22:p");
  EXPECT_EQ(remote.redact("pass hunter22 (hunter22) for http://me:hunter3@host/x and https://host/y@z"),
            "pass **redacted** (**redacted**) for http://**redacted**@host/x and https://host/y@z");
}

TEST(Remote, IsNotTrustedWhenOthersMayWriteItsConfiguration) {
  const TempFolder folder;
  auto remote = parse_remote("nas:x");
  remote.config = folder / "rclone.conf";
  EXPECT_EQ(error_of([&] { check_trust(remote); }).code(), Code::storage);
  testing::write_text(remote.config, "[nas]\ntype = local\n");
  ::chmod(remote.config.c_str(), 0600);
  check_trust(remote);
  ::chmod(remote.config.c_str(), 0620);
  const auto error = error_of([&] { check_trust(remote); });
  EXPECT_EQ(error.code(), Code::config);
  EXPECT_THAT(error.hint(), HasSubstr("chmod go-w"));
}

}  // namespace
}  // namespace safety::offsite
