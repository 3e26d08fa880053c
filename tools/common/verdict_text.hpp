#pragma once
// What retention says of checkpoints, as a table and as JSON.

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "libsafety/checkpoint/retention.hpp"

namespace safety::tools {

using SizeOf = std::function<std::uint64_t(const checkpoint::Record&)>;

/// A line each: keep or remove, and why. `what` stands for none: "archives".
std::string verdict_table(const std::vector<checkpoint::Verdict>& verdicts, const SizeOf& size_of, const std::string& what);
nlohmann::ordered_json verdict_fields(const std::vector<checkpoint::Verdict>& verdicts, const SizeOf& size_of);

}  // namespace safety::tools
