#pragma once
// What the tests of channels share: a run, its record, and channels that do not wait long.

#include "libsafety/notify/notify.hpp"
#include "tests/testing/http_server.hpp"
#include "tests/testing/testing.hpp"

namespace safety::notify {

inline checkpoint::Run some_run(Code outcome = Code::success) {
  checkpoint::Run run;
  run.id = "scheduled_20261126_020000";
  run.kind = "scheduled";
  run.database = "shop";
  run.started = "2026-11-26T02:00:00.000Z";
  run.finished = "2026-11-26T02:00:42.500Z";
  run.outcome = outcome;
  run.checkpoint = "shop_20261126_020001";
  run.seconds = 42.5;
  if (outcome == Code::success) return run;
  run.step = "verify";
  run.message = "frame 3 of \"shop_20261126_020001.sql.zst\" is damaged";
  return run;
}

inline checkpoint::Record some_record() {
  checkpoint::Record record;
  record.id = "shop_20261126_020001";
  record.database = "shop";
  record.snapshot_time = "2026-11-26T02:00:01.000Z";
  record.tables = 33;
  record.rows = 250'000;
  record.seconds = 40;
  record.archive = {"shop_20261126_020001.sql.zst", 1'500'000'000, std::string(64, 'a'), "zst"};
  record.proofs.push_back({checkpoint::Proof::decodes, "2026-11-26T02:00:42.000Z", 2, true, ""});
  return record;
}

inline Message some_message(What what, const checkpoint::Run& run) {
  return {.what = what, .run = run, .record = std::nullopt, .failures_in_a_row = what == What::failure ? 1U : 0U, .host = "db1", .at = "2026-11-26T02:00:43.000Z"};
}
inline Message some_failure() { return some_message(What::failure, some_run(Code::archive_damaged)); }

inline Channels quick_channels() {
  Channels channels;
  channels.http_time_limit = std::chrono::milliseconds(2000);
  channels.pause = std::chrono::milliseconds(5);
  return channels;
}

/// The warnings that telling it gives.
inline std::vector<std::string> warnings_of(const Channels& channels, const Message& message) {
  testing::TestContext context;
  tell(context, channels, message);
  return context.sink.texts(Event::Kind::warning);
}

}  // namespace safety::notify
