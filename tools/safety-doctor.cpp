// safety-doctor: is everything there that a backup and a restore will need?
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/doctor/doctor.hpp"
#include "tools/common/tool.hpp"

int main(int argc, char** argv) {
  using namespace safety;
  tools::Tool tool("safety-doctor", "Check server, versions, privileges, disks, folder and half-done work. Changes nothing.", "  safety-doctor\n");
  tool.with_services();
  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    tools::Result result;
    auto lines = nlohmann::ordered_json::array();
    for (const auto& check : doctor::examine(context, tool.connection(), tool.backup_dir(), tool.container(), tool.services(context))) {
      result.text += fmt::format("{:<8} {:<17} {}\n", doctor::name_of(check.state), check.name, one_line(check.detail));
      if (!check.hint.empty()) result.text += fmt::format("{:27}hint: {}\n", "", one_line(check.hint));
      if (check.state == doctor::Check::State::failed) result.code = Code::findings;
      lines.push_back({{"name", check.name}, {"state", doctor::name_of(check.state)}, {"detail", check.detail}, {"hint", check.hint}});
    }
    result.fields_json = nlohmann::ordered_json{{"checks", lines}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return result;
  });
}
