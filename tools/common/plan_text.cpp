#include "tools/common/plan_text.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace safety::tools {

Result show_plan(const plan::Plan& plan) {
  auto steps = nlohmann::ordered_json::array();
  std::string text = "would do:\n";
  for (const auto& step : plan) {
    steps.push_back({{"id", step.id}, {"what", step.what}, {"why", step.why}});
    text += fmt::format("  {:<17} {}\n                    why: {}\n", step.id, step.what, step.why);
  }
  return {Code::success, text, nlohmann::json{{"dry_run", true}, {"plan", steps}}.dump()};
}

}  // namespace safety::tools
