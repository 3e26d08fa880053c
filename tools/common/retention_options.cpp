#include "tools/common/retention_options.hpp"

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"

namespace safety::tools {

void RetentionOptions::declare(Tool& tool) {
  const OptionTraits shared{.section = "retention"};
  tool.option("--keep-last", counts_.keep_last, "keep the newest so many proven archives of each series", shared);
  tool.option("--keep-hourly", counts_.keep_hourly, "keep the newest of each of the last so many hours that have one (UTC)", shared);
  tool.option("--keep-daily", counts_.keep_daily, "the same of days", shared);
  tool.option("--keep-weekly", counts_.keep_weekly, "the same of ISO weeks", shared);
  tool.option("--keep-monthly", counts_.keep_monthly, "the same of months", shared);
  tool.option("--keep-yearly", counts_.keep_yearly, "the same of years", shared);
  tool.option("--keep-within", within_, "keep all that are at most as much older than the newest of their series: 36h, 14d, 6w, 3mo, 1y", shared);
  tool.option("--keep-label", counts_.keep_labels, "keep those with such a label; * and ? stand for anything: 'v*'", shared);
  tool.option("--min-keep", counts_.min_keep, "whatever the rules say, keep the newest so many proven archives of each database", shared);
  tool.option("--min-free", min_free_, "remove more, the oldest first, down to --min-keep, until as much disk is free: 10GB", shared);
}

checkpoint::RetentionPolicy RetentionOptions::policy() const {
  auto policy = counts_;
  if (within_.empty()) return policy;
  policy.keep_within = parse_duration(trim(within_));
  if (!policy.keep_within) throw Error(Code::usage, "--keep-within: \"" + within_ + "\" is not a duration", "Write it as 36h, 14d, 6w, 3mo or 1y.");
  return policy;
}

std::uint64_t RetentionOptions::min_free_bytes() const {
  if (min_free_.empty()) return 0;
  const auto bytes = parse_bytes(min_free_);
  if (!bytes) throw Error(Code::usage, "--min-free: \"" + min_free_ + "\" is not a size", "Write it as 500MB, 10GB or 1.5TB.");
  return *bytes;
}

const std::vector<std::string>& RetentionOptions::flags() {
  static const std::vector<std::string> all{"--keep-last",   "--keep-hourly", "--keep-daily", "--keep-weekly", "--keep-monthly",
                                            "--keep-yearly", "--keep-within", "--keep-label", "--min-keep",    "--min-free"};
  return all;
}

}  // namespace safety::tools
