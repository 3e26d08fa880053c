#include "libsafety/notify/metrics.hpp"

#include <fmt/format.h>
#include <sys/file.h>

#include <map>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/checkpoint/newest.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/os/file.hpp"

namespace safety::notify {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Source: Prometheus, "Exposition formats". A reader drops the whole file for one byte that is not UTF-8.
std::string escape(const std::string& value) {
  std::string escaped;
  for (const char c : find_no_utf8(value) == std::string_view::npos ? value : one_line(value)) {
    if (c == '\n') {
      escaped += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// One metric with its samples; without samples it is not written.
class Family {
 public:
  Family(std::string name, std::string type, std::string help)
      : name_(std::move(name)), head_(fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name_, type, help)) {}

  template <typename Number>
  void add(const Labels& labels, Number value) {
    std::vector<std::string> pairs;
    for (const auto& [name, text] : labels) pairs.push_back(fmt::format("{}=\"{}\"", name, escape(text)));
    samples_ += fmt::format("{}{{{}}} {}\n", name_, join(pairs, ","), value);
  }
  std::string text() const { return samples_.empty() ? "" : head_ + samples_; }

 private:
  std::string name_, head_, samples_;
};

std::int64_t unix_seconds(Instant time) { return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count(); }

/// 0 for what cannot be read: long ago.
std::int64_t unix_seconds(const std::string& rfc3339) {
  const auto time = parse_rfc3339(rfc3339);
  return time ? unix_seconds(*time) : 0;
}

std::string describe_backups(const std::vector<checkpoint::Run>& runs, const std::vector<checkpoint::Record>& records, Instant now) {
  Family time("safety_last_verified_backup_timestamp_seconds", "gauge",
              "When the content of the newest backup with a passed proof was taken; 0 when there is none. Its age is time() less this.");
  Family size("safety_last_verified_backup_size_bytes", "gauge", "Size of the archive of that backup.");
  Family duration("safety_last_verified_backup_duration_seconds", "gauge", "How long that backup took to make and prove.");
  Family proof("safety_last_verified_backup_proof_level", "gauge", "How far that backup is proven: 1 for L1 (its digest is right), 4 for L4 (restored and compared).");
  Family offsite("safety_offsite_last_verified_copy_timestamp_seconds", "gauge",
                 "When the content of the newest backup with a verified copy off site was taken; absent when there never was one.");
  for (const auto& database : checkpoint::databases_of(records, runs)) {
    const Labels labels{{"database", database}};
    const auto* newest = checkpoint::find_newest_backup(records, database, checkpoint::Proof::digest, now);
    time.add(labels, newest != nullptr ? unix_seconds(newest->snapshot_time) : 0);
    if (newest != nullptr) {
      size.add(labels, newest->archive.bytes);
      duration.add(labels, newest->seconds);
      proof.add(labels, static_cast<int>(newest->proof()));
    }
    if (const auto copy = checkpoint::find_newest_offsite_copy(records, runs, database, now)) offsite.add(labels, unix_seconds(copy->taken));
  }
  return time.text() + size.text() + duration.text() + proof.text() + offsite.text();
}

/// The last run of each kind and database, and the last of these that was not skipped.
struct Last {
  const checkpoint::Run *run = nullptr, *real = nullptr, *good = nullptr;
};

std::string describe_runs(const std::vector<checkpoint::Run>& runs) {
  Family time("safety_last_run_timestamp_seconds", "gauge", "When the last unattended run ended, whatever became of it.");
  Family code("safety_last_run_exit_code", "gauge", "Exit code of the last unattended run that was not skipped; 0 is success.");
  Family failures("safety_failures_in_a_row", "gauge", "Unattended runs that failed since the last success.");
  Family total("safety_runs_total", "counter", "Unattended runs in the ledger.");
  Family drill("safety_restore_drill_timestamp_seconds", "gauge", "When the last restore drill that succeeded ended.");
  Family drill_duration("safety_restore_drill_duration_seconds", "gauge", "How long that restore drill took.");
  std::map<std::pair<std::string, std::string>, Last> last;
  std::map<std::pair<std::string, std::string>, std::map<std::string, unsigned>> totals;
  for (const auto& run : runs) {
    if (!run.has_ended()) continue;  // it still works
    const std::pair key{run.database, run.kind};
    auto& one = last[key];
    one.run = &run;
    if (!run.is_skipped) one.real = &run;
    if (run.has_succeeded()) one.good = &run;
    ++totals[key][run.is_skipped ? "skipped" : std::string(name_of(run.outcome))];
  }
  for (const auto& [key, one] : last) {
    const auto& [database, kind] = key;
    const Labels labels{{"database", database}, {"kind", kind}};
    time.add(labels, unix_seconds(one.run->finished));
    if (one.real != nullptr) code.add(labels, static_cast<int>(one.real->outcome));
    // A failure that did not learn its database counts with each of the others: by itself it would count for ever, since success learns it.
    if (!database.empty() || last.rbegin()->first.first.empty()) failures.add(labels, checkpoint::failures_in_a_row(runs, kind, database));
    for (const auto& [outcome, count] : totals[key]) total.add({{"database", database}, {"kind", kind}, {"outcome", outcome}}, count);
    if (kind == "drill" && one.good != nullptr) {
      drill.add({{"database", database}}, unix_seconds(one.good->finished));
      drill_duration.add({{"database", database}}, one.good->seconds);
    }
  }
  return time.text() + code.text() + failures.text() + total.text() + drill.text() + drill_duration.text();
}

}  // namespace

std::string format_metrics(const std::vector<checkpoint::Run>& runs, const std::vector<checkpoint::Record>& records, Instant now) {
  return describe_backups(runs, records, now) + describe_runs(runs);
}

void write_metrics(const Context& context, const std::filesystem::path& backup_folder, const std::filesystem::path& file) {
  // Two at once would write into one ".partial" file. Where a folder cannot be locked they have to do without.
  const auto folder = os::open_for_reading(file.has_parent_path() ? file.parent_path() : ".");
  ::flock(folder.get(), LOCK_EX);
  NullSink nobody;  // what is wrong in the folder is said by those who work in it
  const Context quiet{nobody, context.stop};
  const checkpoint::Store store(backup_folder);
  auto records = store.list(quiet);
  std::erase_if(records, [&](const auto& record) { return !store.has_archive(record); });
  os::write_file_atomically(file, format_metrics(checkpoint::list_runs(quiet, store), records, std::chrono::system_clock::now()), os::Readers::everyone);
}

}  // namespace safety::notify
