#include "libsafety/offsite/transfer_log.hpp"

#include <nlohmann/json.hpp>

namespace safety::offsite {

void TransferLog::add(std::string_view piece) {
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    line_.append(piece.substr(0, end));
    if (end == std::string_view::npos) return;
    piece.remove_prefix(end + 1);
    const auto entry = nlohmann::json::parse(line_, nullptr, false);
    line_.clear();
    if (!entry.is_object() || !entry.contains("stats") || !entry["stats"].is_object()) continue;
    const auto& stats = entry["stats"];
    const auto bytes = [&](const char* name) {
      const auto found = stats.find(name);
      return found != stats.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
    };
    context_.sink.on({.kind = Event::Kind::progress, .name = phase_, .text = file_, .done_bytes = bytes("bytes"), .total_bytes = bytes("totalBytes"),
                      .done_items = 0, .total_items = 1});
  }
}

}  // namespace safety::offsite
