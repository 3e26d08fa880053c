#include "libsafety/deploy/snapshot_file.hpp"

#include <nlohmann/json.hpp>

#include "libsafety/base/error.hpp"
#include "libsafety/os/file.hpp"

namespace safety::deploy {

void save_snapshot(const std::filesystem::path& path, const rehearsal::Snapshot& snapshot) {
  auto rows = nlohmann::json::array();
  for (const auto& table : snapshot.rows)
    rows.push_back({{"table", table.table}, {"before", table.before}, {"after", table.after}, {"gone", table.is_gone}, {"new", table.is_new}});
  const nlohmann::json content{{"schema", 1}, {"rows", rows}, {"definitions", schema::format_definitions(snapshot.definitions)}};
  os::write_file_atomically(path, content.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::optional<rehearsal::Snapshot> load_snapshot(const std::filesystem::path& path) {
  const auto text = os::read_file_if_exists(path);
  if (!text) return std::nullopt;
  try {
    const auto content = nlohmann::json::parse(*text);
    rehearsal::Snapshot snapshot;
    snapshot.definitions = schema::parse_definitions(content.at("definitions").get<std::string>());
    for (const auto& row : content.at("rows")) {
      rehearsal::TableRows table;
      table.table = row.at("table").get<std::string>();
      table.before = row.at("before").get<std::uint64_t>();
      table.after = row.at("after").get<std::uint64_t>();
      table.is_gone = row.at("gone").get<bool>();
      table.is_new = row.at("new").get<bool>();
      snapshot.rows.push_back(std::move(table));
    }
    return snapshot;
  } catch (const nlohmann::json::exception& error) {
    throw Error(Code::archive_damaged, "\"" + path.string() + "\" is no snapshot of a deploy: " + error.what(),
                "Take the deploy back with `safety-deploy --abort`.");
  }
}

}  // namespace safety::deploy
