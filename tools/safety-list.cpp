// safety-list: the checkpoints of a folder.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/checkpoint/registry.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "tools/common/restore_choice.hpp"
#include "tools/common/tool.hpp"

namespace {

using namespace safety;

std::string one_row(const checkpoint::Store& store, const checkpoint::Record& record) {
  const bool is_there = store.has_archive(record);
  return fmt::format("{:<34} {:<20} {:>9} {:>12} {:>7}  {:<5} {:<14} {}{}\n", record.id, record.snapshot_time.substr(0, 19), format_bytes(record.archive.bytes),
                     format_count(record.rows), record.tables, is_there ? checkpoint::name_of(record.proof()) : "GONE", record.reason, record.label,
                     record.is_schema_only ? " (schema only)" : record.is_partial ? " (some rows left out)" : "");
}

tools::Result list_tables(const std::filesystem::path& path) {
  const auto reader = archive::Reader::open(path);
  auto tables = nlohmann::ordered_json::array();
  std::string text = fmt::format("{:<50} {:>14} {:>10}  {}\n", "TABLE", "ROWS", "TEXT", "DIGEST");
  for (const auto& table : reader.index().tables) {
    tables.push_back({{"schema", table.schema}, {"name", table.name}, {"rows", table.rows}, {"plain_bytes", table.plain_bytes}, {"digest", table.digest}});
    text += fmt::format("{:<50} {:>14} {:>10}  {}\n", one_line(table.schema + "." + table.name), format_count(table.rows), format_bytes(table.plain_bytes),
                        table.is_data_excluded ? "(rows left out)" : table.digest);
  }
  return {Code::success, text, nlohmann::json{{"path", path.string()}, {"tables", tables}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

void mirror(const Context& context, const pg::ConnectionInfo& info, const std::vector<checkpoint::Record>& records) {
  try {
    checkpoint::Registry registry(context, info);
    registry.prepare();
    for (const auto& record : records)
      if (record.database == info.database()) registry.put(record);
  } catch (const Error& error) {
    context.sink.warning("the rows in schema \"safety\" were not remade: " + error.message());
  }
}

}  // namespace

int main(int argc, char** argv) {
  tools::Tool tool("safety-list", "List the checkpoints of a backup folder, oldest first.", "  safety-list\n  safety-list --tables latest\n  safety-list --rebuild\n");
  bool is_rebuild = false, is_all = false;
  std::string of_tables;
  tool.action("--rebuild", is_rebuild, "make records for archives that have none, and the rows in schema safety from the records");
  tool.action("--all", is_all, "checkpoints of every database (the default without a database URL)");
  tool.option("--tables", of_tables, "show the tables inside one checkpoint (\"latest\", an id, a label) or archive file");

  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    const checkpoint::Store store(tool.backup_dir());
    const auto info = tool.connection();
    const std::string database = is_all || info.parameters().empty() ? "" : info.database();
    if (!of_tables.empty()) return list_tables(tools::choose_archive(context, of_tables, database, store.folder()).path);
    if (is_rebuild) {
      for (const auto& record : store.rebuild(context)) context.sink.note("made the record of " + record.archive.file);
      if (!info.parameters().empty()) mirror(context, info, store.list(context));
    }
    auto records = store.list(context);
    if (!database.empty()) std::erase_if(records, [&](const auto& record) { return record.database != database; });
    auto lines = nlohmann::ordered_json::array();
    std::string text = fmt::format("{:<34} {:<20} {:>9} {:>12} {:>7}  {:<5} {:<14} {}\n", "CHECKPOINT", "TAKEN (UTC)", "SIZE", "ROWS", "TABLES", "PROOF", "REASON", "LABEL");
    for (const auto& record : records) {
      lines.push_back(nlohmann::ordered_json::parse(checkpoint::format_record(record)));
      lines.back()["path"] = store.archive_path(record).string();
      lines.back()["proof"] = checkpoint::name_of(record.proof());
      lines.back()["archive_exists"] = store.has_archive(record);
      text += one_row(store, record);
    }
    if (records.empty()) text = fmt::format("no checkpoints{} in \"{}\"; make one with `safety-backup`\n", database.empty() ? "" : " of database \"" + database + "\"", store.folder().string());
    return {Code::success, text, nlohmann::ordered_json{{"folder", store.folder().string()}, {"checkpoints", lines}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  });
}
