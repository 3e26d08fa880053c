// Killed at each durable act, a run leaves nothing that lies, and the next one finishes it.
#include "libsafety/os/fault_point.hpp"
#include "tests/offsite/offsite_stage.hpp"

namespace safety::offsite {
namespace {

using ::testing::Each;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using testing::put_checkpoint;
using testing::TempFolder;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Uploads, fetches or removes checkpoint shop_1, as the environment says.
int act() {
  const auto remote = parse_remote(variable("TEST_REMOTE"));
  const checkpoint::Store store(variable("TEST_STORE"));
  const auto& context = testing::quiet_context();
  const auto what = variable("TEST_ACT");
  if (what == "upload") upload(context, remote, store, store.resolve(context, "shop_1", ""), Thoroughness::full);
  if (what == "fetch") fetch(context, remote, choose(context, remote, list(context, remote), "shop_1", "").record, store);
  if (what == "remove") remove(context, remote, store.resolve(context, "shop_1", ""));
  return 0;
}
const testing::ChildProgram kChild("offsite", act);

class OffsiteFaults : public ::testing::Test {
 protected:
  testing::ToolRun run(const std::string& what, const std::filesystem::path& folder, const std::string& fault = "") const {
    testing::Environment environment{{"TEST_ACT", what}, {"TEST_STORE", folder.string()}, {"TEST_REMOTE", there.path().string()}};
    if (!fault.empty()) environment["SAFETY_FAULT"] = fault;
    return kChild.run(environment);
  }
  /// The numbers of the points of ours that it passes.
  std::vector<int> points_of(const std::string& what, const std::filesystem::path& folder) const {
    const auto file = scratch / "points";
    std::filesystem::remove(file);
    EXPECT_EQ(run(what, folder, "count:" + file.string()).exit_code, 0);
    std::vector<int> numbers;
    int number = 0;
    for (const auto& name : split_lines(testing::read_text(file))) {
      ++number;
      if (name.starts_with("offsite.") || name.starts_with("record.")) numbers.push_back(number);
    }
    return numbers;
  }
  /// A final name is of a whole archive, and a record of one that is there.
  static void expect_no_lie(const std::filesystem::path& folder, const checkpoint::Record& record, bool is_remote) {
    const auto archive = folder / record.archive.file;
    const bool has_archive = std::filesystem::exists(archive);
    if (has_archive) {
      EXPECT_EQ(archive::Sha256::of(testing::read_text(archive)), record.archive.sha256);
    }
    // Here a record may have lost its archive, which safety-list says; there it may not.
    if (is_remote) {
      EXPECT_TRUE(has_archive || !std::filesystem::exists(folder / (record.id + ".json")));
    }
  }

  TempFolder here, there, elsewhere, scratch;
  checkpoint::Store store{here.path()};
  checkpoint::Record record = put_checkpoint(store, "shop_1", 1, 100'000);
};

TEST_F(OffsiteFaults, InAnUploadAreMadeGoodByTheNext) {
  const auto points = points_of("upload", here.path());
  EXPECT_THAT(points, SizeIs(::testing::Ge(6)));
  for (const int point : points) {
    SCOPED_TRACE(point);
    for (const auto& name : there.names()) std::filesystem::remove(there / name);
    EXPECT_EQ(run("upload", here.path(), "kill:" + std::to_string(point)).exit_code, 137);
    expect_no_lie(there.path(), record, true);
    const auto again = run("upload", here.path());
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_THAT(there.names(), ElementsAreArray(testing::names_of(record)));
    expect_no_lie(there.path(), record, true);
  }
}

TEST_F(OffsiteFaults, InARemovalAreFinishedByTheNextUploadOrRemoval) {
  ASSERT_EQ(run("upload", here.path()).exit_code, 0);
  const TempFolder copy;
  std::filesystem::copy(there.path(), copy.path());
  const auto points = points_of("remove", here.path());
  EXPECT_THAT(points, SizeIs(::testing::Ge(4)));
  for (const int point : points) {
    SCOPED_TRACE(point);
    std::filesystem::copy(copy.path(), there.path(), std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(run("remove", here.path(), "kill:" + std::to_string(point)).exit_code, 137);
    expect_no_lie(there.path(), record, true);
    EXPECT_EQ(run("remove", here.path()).exit_code, 0);
    EXPECT_THAT(there.names(), IsEmpty());
  }
  // The mark is enough for an upload of another one.
  testing::write_text(there / record.archive.file, testing::read_text(store.archive_path(record)));
  testing::write_text(there / "shop_1.json.removing", checkpoint::format_record(record));
  const TempFolder folder;
  const checkpoint::Store second(folder.path());
  const auto other = put_checkpoint(second, "shop_2", 2, 10);
  upload(testing::quiet_context(), parse_remote(there.path().string()), second, other, Thoroughness::hash);
  EXPECT_THAT(there.names(), ElementsAreArray(testing::names_of(other)));
}

TEST_F(OffsiteFaults, InAFetchAreMadeGoodByTheNext) {
  ASSERT_EQ(run("upload", here.path()).exit_code, 0);
  const auto points = points_of("fetch", elsewhere.path());
  EXPECT_THAT(points, SizeIs(::testing::Ge(4)));
  for (const int point : points) {
    SCOPED_TRACE(point);
    for (const auto& name : elsewhere.names()) std::filesystem::remove(elsewhere / name);
    EXPECT_EQ(run("fetch", elsewhere.path(), "kill:" + std::to_string(point)).exit_code, 137);
    expect_no_lie(elsewhere.path(), record, false);
    EXPECT_EQ(run("fetch", elsewhere.path()).exit_code, 0);
    EXPECT_THAT(elsewhere.names(), Each(Not(::testing::EndsWith(".partial"))));
    expect_no_lie(elsewhere.path(), record, false);
    EXPECT_TRUE(std::filesystem::exists(elsewhere / "shop_1.json"));
  }
}

}  // namespace
}  // namespace safety::offsite
