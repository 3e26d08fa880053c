#include "libsafety/notify/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/notify/notify_stage.hpp"

namespace safety::notify {
namespace {

using ::testing::HasSubstr;

TEST(Message, IsOneSentenceForEachEvent) {
  auto run = some_run();
  EXPECT_EQ(format_text(some_message(What::start, run)), "backup of \"shop\" on db1 begins");
  auto success = some_message(What::success, run);
  success.record = some_record();
  success.run.offsite = "b2:shop";
  EXPECT_EQ(format_text(success), "backup of \"shop\" on db1 succeeded: shop_20261126_020001, 1.5 GB, proof L2, in 42.5 s, copied to b2:shop");
  success.failures_in_a_row = 2;
  EXPECT_THAT(format_text(success), HasSubstr("; 2 failures before it"));
  auto failure = some_failure();
  EXPECT_EQ(format_text(failure), "backup of \"shop\" on db1 FAILED at \"verify\" (archive_damaged): frame 3 of \"shop_20261126_020001.sql.zst\" is damaged");
  failure.failures_in_a_row = 3;
  EXPECT_THAT(format_text(failure), HasSubstr("; 3 failures in a row"));
  run.kind = "drill";
  run.message = "a deploy of \"shop\" runs";
  EXPECT_EQ(format_text(some_message(What::skipped, run)), "restore drill of \"shop\" on db1 was skipped: a deploy of \"shop\" runs");
  run.message = "it is 30 h 00 min old";
  EXPECT_EQ(format_text(some_message(What::stale, run)), "\"shop\" on db1 has NO FRESH BACKUP: it is 30 h 00 min old");
  run.database = "";
  EXPECT_EQ(format_text(some_message(What::start, run)), "restore drill on db1 begins");
}

TEST(Message, IsOneLineOfBearableLengthWhateverTheRunSays) {
  auto failure = some_failure();
  failure.run.message = "first\nsecond\x1b[31m \xff" + std::string(100'000, 'x');
  const auto text = format_text(failure);
  EXPECT_LT(text.size(), 2000U);
  EXPECT_EQ(text.find_first_of("\n\x1b\xff"), std::string::npos);
  EXPECT_LT(format_json(failure).size(), 6000U);
}

TEST(Message, AsJsonHoldsTheRunAndTheCheckpoint) {
  auto success = some_message(What::success, some_run());
  success.record = some_record();
  const auto object = nlohmann::json::parse(format_json(success));
  EXPECT_EQ(object["schema"], 1);
  EXPECT_EQ(object["kind"], "notification");
  EXPECT_EQ(object["event"], "success");
  EXPECT_EQ(object["at"], "2026-11-26T02:00:43.000Z");
  EXPECT_EQ(object["host"], "db1");
  EXPECT_EQ(object["database"], "shop");
  EXPECT_EQ(object["run"]["id"], "scheduled_20261126_020000");
  EXPECT_EQ(object["run"]["exit_code"], 0);
  EXPECT_EQ(object["checkpoint"]["bytes"], 1'500'000'000);
  EXPECT_EQ(object["checkpoint"]["proof"], "L2");
}

TEST(Message, OfAStartPromisesNoOutcome) {
  const auto object = nlohmann::json::parse(format_json(some_message(What::start, some_run())));
  EXPECT_FALSE(object["run"].contains("outcome"));
  EXPECT_FALSE(object["run"].contains("exit_code"));
  EXPECT_FALSE(object.contains("checkpoint"));
}

TEST(Message, CallsNobodyInAChat) {
  auto failure = some_failure();
  failure.run.message = "table <!channel> & more";
  const auto object = nlohmann::json::parse(format_json(failure));
  EXPECT_THAT(object["text"].get<std::string>(), HasSubstr("table &lt;!channel&gt; &amp; more"));
  EXPECT_EQ(object["run"]["message"], "table <!channel> & more");
  EXPECT_THAT(format_text(failure), HasSubstr("<!channel>"));
}

TEST(Message, IsMadeFromTheFolderWhetherTheRunIsInTheLedgerOrNot) {
  const testing::TempFolder folder;
  const checkpoint::Store store(folder.path());
  store.save(some_record());
  for (const char* id : {"scheduled_1", "scheduled_2"}) {
    auto failed = some_run(Code::connection);
    failed.id = id;
    checkpoint::add_run(store, failed);
  }
  auto failure = some_run(Code::archive_damaged), success = some_run(), skipped = some_run();
  skipped.is_skipped = true;
  for (const bool is_noted : {false, true}) {
    if (is_noted) checkpoint::add_run(store, failure);
    const auto message = message_of(testing::quiet_context(), store, failure);
    EXPECT_EQ(message.what, What::failure);
    EXPECT_EQ(message.failures_in_a_row, 3U) << is_noted;
    EXPECT_EQ(message.host, host_name());
    ASSERT_TRUE(message.record);
    EXPECT_EQ(message.record->archive.bytes, 1'500'000'000U);
  }
  success.id = "scheduled_4";
  checkpoint::add_run(store, success);
  EXPECT_EQ(message_of(testing::quiet_context(), store, success).failures_in_a_row, 3U);
  EXPECT_EQ(message_of(testing::quiet_context(), store, skipped).what, What::skipped);
}

TEST(Message, IsMadeOfAFolderThatCannotBeRead) {
  const testing::TempFolder folder;
  testing::write_text(folder / "file", "");
  testing::TestContext context;
  const auto message = message_of(context, checkpoint::Store(folder / "file"), some_run(Code::storage));
  EXPECT_EQ(message.what, What::failure);
  EXPECT_EQ(message.failures_in_a_row, 1U);
  EXPECT_THAT(context.sink.texts(Event::Kind::warning), ::testing::ElementsAre(HasSubstr("cannot read folder")));
}

TEST(Alarms, AreWhatIsWrongAndWhatIsRightAgain) {
  auto success = some_message(What::success, some_run());
  EXPECT_FALSE(is_alarm(success));
  success.failures_in_a_row = 1;
  EXPECT_TRUE(is_alarm(success));
  EXPECT_TRUE(is_alarm(some_failure()));
  EXPECT_TRUE(is_alarm(some_message(What::stale, some_run())));
  EXPECT_FALSE(is_alarm(some_message(What::start, some_run())));
  EXPECT_FALSE(is_alarm(some_message(What::skipped, some_run())));
}

}  // namespace
}  // namespace safety::notify
