#include "tools/common/verdict_text.hpp"

#include <fmt/format.h>

#include "libsafety/base/text.hpp"

namespace safety::tools {

std::string verdict_table(const std::vector<checkpoint::Verdict>& verdicts, const SizeOf& size_of, const std::string& what) {
  if (verdicts.empty()) return "there are no " + what + "\n";
  std::string text = fmt::format("{:<6} {:<34} {:<20} {:>9}  {:<5} {:<14} {}\n", "", "CHECKPOINT", "TAKEN (UTC)", "SIZE", "PROOF", "REASON", "WHY");
  for (const auto& verdict : verdicts) {
    const auto& record = verdict.record;
    text += fmt::format("{:<6} {:<34} {:<20} {:>9}  {:<5} {:<14} {}\n", verdict.is_kept ? "keep" : "remove", one_line(record.id), record.snapshot_time.substr(0, 19),
                        format_bytes(size_of(record)), checkpoint::name_of(record.proof()), one_line(record.reason), one_line(join(verdict.reasons, ", ")));
  }
  return text;
}

nlohmann::ordered_json verdict_fields(const std::vector<checkpoint::Verdict>& verdicts, const SizeOf& size_of) {
  auto fields = nlohmann::ordered_json::array();
  for (const auto& verdict : verdicts)
    fields.push_back({{"id", verdict.record.id},
                      {"database", verdict.record.database},
                      {"snapshot_time", verdict.record.snapshot_time},
                      {"reason", verdict.record.reason},
                      {"label", verdict.record.label},
                      {"proof", checkpoint::name_of(verdict.record.proof())},
                      {"bytes", size_of(verdict.record)},
                      {"remove", !verdict.is_kept},
                      {"why", verdict.reasons}});
  return fields;
}

}  // namespace safety::tools
