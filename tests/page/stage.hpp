#pragma once
// Fixed statuses to make pages of. Nothing in them depends on the day or the machine.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>

#include "libsafety/page/status.hpp"

namespace safety::page {

/// GoogleTest would show its bytes.
inline void PrintTo(const Status& status, std::ostream* out) { *out << "a status of " << status.folder; }

inline Instant now() { return *parse_rfc3339("2026-11-26T08:15:00.000Z"); }
inline Instant before(std::chrono::minutes age) { return now() - age; }
inline std::string text_of(Instant at) { return format_rfc3339(at); }

inline checkpoint::Record record(const std::string& database, Instant at, std::uint64_t bytes = 1'000'000, checkpoint::Proof proof = checkpoint::Proof::content) {
  checkpoint::Record one;
  one.id = database + "_" + format_compact(at);
  one.database = database;
  one.reason = "scheduled";
  one.snapshot_time = one.created = text_of(at);
  one.tables = 33;
  one.rows = bytes / 400;
  one.plain_bytes = bytes * 5;
  one.seconds = 2 + static_cast<double>(bytes) / 60e6;
  one.archive = {one.id + ".sql.zst", bytes, std::string(64, 'a'), "zst"};
  one.proofs = {{checkpoint::Proof::digest, text_of(at + std::chrono::seconds(20)), 0.4, true, ""}};
  if (proof > checkpoint::Proof::digest) one.proofs.push_back({proof, text_of(at + std::chrono::seconds(90)), 41.3, true, ""});
  return one;
}

inline checkpoint::Run run(const std::string& kind, const std::string& database, Instant at, Code outcome = Code::success, const std::string& step = "", const std::string& message = "") {
  checkpoint::Run one;
  one.id = kind + "_" + format_compact(at);
  one.kind = kind;
  one.database = database;
  one.started = text_of(at);
  one.seconds = 96.4;
  one.finished = text_of(at + std::chrono::seconds(96));
  one.outcome = outcome;
  one.step = step;
  one.message = message;
  return one;
}

inline Operation operation(const std::string& kind, const std::string& database, Instant at, std::chrono::seconds took, const std::string& outcome, const std::string& checkpoint) {
  return {kind + "_" + format_compact(at), kind, database, text_of(at), outcome == "unfinished" ? "" : text_of(at + took), outcome, checkpoint};
}

inline void number(Status& status) {
  std::sort(status.records.begin(), status.records.end(), [](const auto& a, const auto& b) { return a.snapshot_time < b.snapshot_time; });
  for (auto& one : status.records) one.sequence = static_cast<std::uint64_t>(&one - status.records.data()) + 1;
}

/// A shop that is backed up every night and deployed twice a week: all is well now, and not all was.
inline Status shop() {
  using std::chrono::hours;
  using std::chrono::minutes;
  Status status;
  status.now = now();
  status.folder = "/var/backups/shop";
  status.free_bytes = 182'400'000'000;
  status.offsite.emplace();
  const auto midnight = std::chrono::floor<std::chrono::days>(status.now);
  const auto size_at = [&](Instant at) {
    const auto days = std::chrono::duration<double, std::ratio<86400>>(at - (status.now - hours(24 * 60))).count();
    return static_cast<std::uint64_t>(1'610'000'000 + 9'500'000 * days + 14'000'000 * std::sin(days * 1.7));
  };
  for (int day = 59; day >= 0; --day) {
    const auto at = midnight - hours(24 * day) + hours(2) + minutes(day * 7 % 5);
    if (day == 17) {
      status.runs.push_back(run("scheduled", "shop", at, Code::connection, "back up", "the server at db1.example.org refused the connection: the database system is starting up"));
      continue;
    }
    // What the plan of retention has removed by now.
    const bool is_kept = day <= 16 || day % 7 == 0;
    if (is_kept) {
      auto one = record("shop", at, size_at(at), day % 3 == 0 ? checkpoint::Proof::content : checkpoint::Proof::decodes);
      status.retention[one.id] = {day < 14 || day % 7 == 0, day < 14 ? "one of the last 14 days" : day % 7 == 0 ? "one of the last 9 weeks" : "no rule keeps it"};
      if (day < 40) status.offsite->insert(one.id);
      status.records.push_back(one);
    }
    auto done = run("scheduled", "shop", at);
    if (is_kept) done.checkpoint = status.records.back().id;
    done.seconds = 80 + day * 0.37;
    status.runs.push_back(done);
    if (day % 7 == 4) {
      auto drill = run("drill", "shop", at + hours(2));
      drill.seconds = 151.2 - day;
      drill.checkpoint = done.checkpoint;
      status.runs.push_back(drill);
    }
  }
  auto fresh = run("scheduled", "shop", now() - hours(1));
  fresh.is_skipped = true;
  fresh.message = "a verified checkpoint of 6 h 11 min ago is fresh enough";
  status.runs.push_back(fresh);
  for (const int day : {1, 5, 8, 12, 15, 19, 22, 26}) {
    const auto at = midnight - hours(24 * day) + hours(14) + minutes(day * 11 % 60);
    auto one = record("shop", at, size_at(at), checkpoint::Proof::content);
    one.reason = "pre-migration";
    one.label = fmt::format("release-1.{}", 50 - day);
    one.pins = {"deploy_" + format_compact(at)};
    if (day < 6) one.clone = checkpoint::Clone{"shop__clone_" + format_compact(at), 16400, "clone", 5'200'000'000, 0.21, text_of(at)};
    status.retention[one.id] = {true, day < 10 ? "its deploy is not finalised" : "the last 8 before a deploy"};
    status.operations.push_back(operation("deploy", "shop", at + minutes(1), std::chrono::seconds(74 + day), day == 12 ? "undone" : "finished", one.id));
    if (day == 8) {
      auto broken = record("shop", at + minutes(55), size_at(at), checkpoint::Proof::digest);
      broken.reason = "pre-rollback";
      status.retention[broken.id] = {true, "the state before a rollback"};
      status.records.push_back(broken);
      status.operations.push_back(operation("rollback", "shop", at + minutes(55), std::chrono::seconds(42), "finished", one.id));
    }
    if (day == 12) status.operations.push_back(operation("restore", "shop", at + minutes(2), std::chrono::seconds(19), "finished", one.id));
    status.records.push_back(one);
  }
  number(status);
  return status;
}

/// Two databases in one folder, and nearly everything wrong that can be.
inline Status alarm() {
  using std::chrono::hours;
  Status status;
  status.now = now();
  status.folder = "/backups";
  status.free_bytes = 2'100'000'000;
  for (int day = 9; day >= 3; --day) {
    status.records.push_back(record("media", now() - hours(24 * day + 5), 380'000'000, checkpoint::Proof::digest));
    status.records.push_back(record("shop", now() - hours(24 * day + 6), 900'000'000));
  }
  for (int day = 2; day >= 0; --day) {
    status.runs.push_back(run("scheduled", "shop", now() - hours(24 * day + 6), Code::storage, "back up", "\"/backups/shop.sql.zst.partial\" cannot be written: no space left on device"));
    status.records.push_back(record("media", now() - hours(24 * day + 5), 410'000'000, checkpoint::Proof::digest));
  }
  status.runs.push_back(run("drill", "shop", now() - hours(30), Code::verification, "restore aside", "table public.orders has 10,412 rows, the archive 10,413"));
  status.operations.push_back(operation("deploy", "shop", now() - hours(49), std::chrono::seconds(0), "unfinished", ""));
  number(status);
  auto& newest = status.records.back();
  newest.proofs.push_back({checkpoint::Proof::digest, text_of(now() - hours(2)), 0.2, false, "the file's SHA-256 differs from the recorded one"});
  status.gone = {status.records.front().id};
  return status;
}

/// Every text that can come from elsewhere is `text`.
inline Status made_of(const std::string& text) {
  Status status;
  status.now = now();
  status.folder = text;
  auto one = record("x", now() - std::chrono::hours(3));
  one.id = one.database = one.label = one.reason = one.snapshot_time = text;
  one.proofs.push_back({checkpoint::Proof::digest, text, 0, false, text});
  auto two = record("x", now() - std::chrono::hours(2));
  two.id = two.database = two.label = two.reason = text;
  two.proofs.push_back({checkpoint::Proof::digest, text, 0, false, text});
  two.archive.file = "2";
  status.records = {one, two};
  status.retention[text] = {true, text};
  status.offsite.emplace();
  auto failed = run("scheduled", text, now() - std::chrono::hours(2), Code::storage, text, text), passed = failed;
  failed.id = failed.checkpoint = passed.id = passed.checkpoint = text;
  passed.outcome = Code::success;
  passed.kind = text;
  passed.finished = passed.started = text;
  failed.finished = text;
  auto drilled = failed;
  drilled.kind = "drill";
  status.runs = {passed, failed, drilled};
  status.operations = {{text, "deploy", text, text_of(now() - std::chrono::hours(1)), text, text, text}, {text, "deploy", text, text, text, "unfinished", text}};
  return status;
}

}  // namespace safety::page
