// safety-list --html: what lies in a folder becomes a page, without any server.
#include <sys/stat.h>

#include "libsafety/checkpoint/store.hpp"
#include "libsafety/plan/journal.hpp"
#include "tests/page/stage.hpp"
#include "tests/testing/testing.hpp"

namespace safety::page {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class StatusPageTool : public ::testing::Test {
 protected:
  StatusPageTool() : store_(folder_ / "backups") { std::filesystem::create_directory(store_.folder()); }

  testing::ToolRun list(std::vector<std::string> arguments, const std::string& url = "") const {
    testing::Environment environment{{"SAFETY_BACKUP_DIR", store_.folder().string()}};
    if (!url.empty()) environment["DATABASE_URL"] = url;
    return testing::run_tool("safety-list", arguments, environment);
  }
  checkpoint::Record save(const std::string& database, std::chrono::minutes age) const {
    const auto one = record(database, std::chrono::system_clock::now() - age);
    testing::write_text(store_.archive_path(one), "x");
    store_.save(one);
    return one;
  }

  testing::TempFolder folder_;
  checkpoint::Store store_;
};

TEST_F(StatusPageTool, WritesOnePrivateFileWithRecordsRunsAndOperations) {
  const auto one = save("shop", std::chrono::minutes(192));
  auto drill = run("drill", "shop", std::chrono::system_clock::now() - std::chrono::hours(3));
  checkpoint::add_run(store_, drill);
  std::filesystem::create_directory(store_.operations_folder());
  plan::Journal::create(store_.operations_folder(), plan::make_head("deploy_20261126_010203", "safety-deploy", "shop", {{"checkpoint", one.id}})).end("finished");
  plan::Journal::create(store_.operations_folder(), plan::make_head("rollback_20261126_020304", "safety-rollback", "shop", {}));
  plan::Journal::create(store_.operations_folder(), plan::make_head("other_20261126_020304", "safety-other", "shop", {}));

  const auto file = folder_ / "status.html";
  testing::write_text(file, "an older page");
  const auto written = list({"--html", file.string()});
  ASSERT_EQ(written.exit_code, 0) << written;
  EXPECT_EQ(written.out, file.string() + "\n");
  EXPECT_THAT(folder_.names(), ElementsAre("backups", "status.html"));
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);

  const auto html = testing::read_text(file);
  EXPECT_TRUE(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>\n"));
  for (const auto& text : {std::string("<h1>Backups of database shop</h1>"), std::string("Last verified backup 3 h 12 min ago, proof L4."), one.id, drill.id, std::string("deploy_20261126_010203"),
                           std::string("rollback_20261126_020304 is unfinished."), store_.folder().string()})
    EXPECT_THAT(html, HasSubstr(text));
  EXPECT_THAT(html, Not(HasSubstr("other_20261126_020304")));
}

TEST_F(StatusPageTool, TellsOfAnArchiveThatIsGone) {
  const auto one = save("shop", std::chrono::minutes(60));
  std::filesystem::remove(store_.archive_path(one));
  const auto page = list({"--html", "-"});
  EXPECT_THAT(page.out, HasSubstr("GONE"));
  EXPECT_THAT(page.out, HasSubstr("There is no verified backup"));
}

TEST_F(StatusPageTool, WritesToStandardOutputAndAsJson) {
  save("shop", std::chrono::minutes(60));
  const auto page = list({"--html", "-"});
  EXPECT_TRUE(page.out.starts_with("<!DOCTYPE html>")) << page;
  EXPECT_TRUE(list({"--html", "-", "--json"}).last_json["html"].get<std::string>().starts_with("<!DOCTYPE html>"));
  EXPECT_EQ(list({"--html", (folder_ / "s.html").string(), "--json"}).last_json["file"], (folder_ / "s.html").string());
}

TEST_F(StatusPageTool, IsOfOneDatabaseWhereAUrlNamesItAndOfAllElse) {
  save("shop", std::chrono::minutes(60));
  save("media", std::chrono::minutes(60));
  const std::string url = "postgresql://nobody@127.0.0.1:1/shop";  // nothing answers there, and nothing is asked
  EXPECT_THAT(list({"--html", "-"}, url).out, AllOf(HasSubstr("Backups of database shop"), Not(HasSubstr("media_20"))));
  for (const auto& page : {list({"--html", "-"}), list({"--html", "-", "--all"}, url)}) {
    EXPECT_THAT(page.out, HasSubstr("Backups of 2 databases"));
    EXPECT_THAT(page.out, HasSubstr("media_20"));
  }
  EXPECT_THAT(list({"--html", "-"}, "postgresql://nobody@127.0.0.1:1/other").out, HasSubstr("Database other: alarm"));
}

TEST_F(StatusPageTool, OfAFolderThatIsMissingSaysHowToBegin) {
  std::filesystem::remove(store_.folder());
  const auto page = list({"--html", "-"});
  EXPECT_EQ(page.exit_code, 0) << page;
  EXPECT_THAT(page.out, HasSubstr("No backups yet"));
}

TEST_F(StatusPageTool, SaysWhichFileItCannotWrite) {
  const auto page = list({"--html", (folder_ / "no/such/status.html").string()});
  EXPECT_EQ(page.exit_code, 20) << page;
  EXPECT_THAT(page.err, HasSubstr("no/such/status.html"));
}

}  // namespace
}  // namespace safety::page
