// safety-list: the checkpoints of a folder.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/beside/beside.hpp"
#include "libsafety/checkpoint/registry.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "tools/common/checkpoint_changes.hpp"
#include "tools/common/database_table.hpp"
#include "tools/common/offsite_copy.hpp"
#include "tools/common/restore_choice.hpp"
#include "tools/common/retention_options.hpp"
#include "tools/common/status.hpp"
#include "tools/common/tool.hpp"

namespace {

using namespace safety;

std::string one_row(const checkpoint::Store& store, const checkpoint::Record& record) {
  const auto state = store.has_archive(record) ? checkpoint::name_of(record.proof()) : record.names_archive() ? "GONE" : "clone";
  const bool is_clone_alone = !record.names_archive() && record.clone;
  return fmt::format("{:<34} {:<20} {:>9} {:>12} {:>7}  {:<5} {:<14} {}{}{}\n", record.id, record.snapshot_time.substr(0, 19),
                     format_bytes(is_clone_alone ? record.clone->bytes : record.archive.bytes), is_clone_alone ? "-" : format_count(record.rows),
                     record.tables, state, record.reason, record.label,
                     record.is_schema_only ? " (schema only)" : record.is_partial ? " (some rows left out)" : "",
                     record.names_archive() && record.clone ? " (and a clone)" : "");
}

nlohmann::ordered_json fields_of(const checkpoint::Store& store, const checkpoint::Record& record) {
  auto fields = nlohmann::ordered_json::parse(checkpoint::format_record(record));
  if (record.names_archive()) fields["path"] = store.archive_path(record).string();
  fields["proof"] = checkpoint::name_of(record.proof());
  fields["archive_exists"] = store.has_archive(record);
  return fields;
}

/// What the server has beside the database, and which clones of the records it has not.
tools::Result list_databases(const Context& context, const pg::ConnectionInfo& info, const checkpoint::Store& store) {
  auto maintenance = pg::connect_to_maintenance(context, info);
  const auto databases = beside::list_beside(maintenance, info.database(), store.operations_folder(), beside::known_records(context, info, store));
  auto text = databases.empty() ? "there is no database beside \"" + info.database() + "\"\n" : tools::table_of(databases);
  auto list = nlohmann::ordered_json::array(), checkpoints = nlohmann::ordered_json::array();
  for (const auto& one : databases) list.push_back(tools::fields_of(one));
  for (const auto& record : store.list(context)) {
    if (record.database != info.database()) continue;
    checkpoints.push_back(fields_of(store, record));
    if (!record.clone) continue;
    const bool is_there = beside::find_clone(maintenance, record).has_value();
    checkpoints.back()["clone"]["exists"] = is_there;
    if (!is_there) text += fmt::format("the clone of checkpoint {} is gone from this server: \"{}\"\n", record.id, record.clone->database);
  }
  const nlohmann::ordered_json fields{{"folder", store.folder().string()}, {"checkpoints", checkpoints}, {"databases", list}};
  return {Code::success, text, fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

tools::Result list_tables(const Context& context, const std::filesystem::path& path) {
  const auto reader = archive::Reader::open(context, path);
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
  tools::Tool tool("safety-list", "List the checkpoints of a backup folder, oldest first.", "  safety-list\n  safety-list --tables latest\n  safety-list --changes latest\n  safety-list --databases\n  safety-list --offsite\n  safety-list --html status.html\n  safety-list --rebuild\n");
  bool is_rebuild = false, is_all = false, is_of_databases = false, is_offsite = false;
  std::string of_tables, changes_of, changes_to, html;
  tool.action("--rebuild", is_rebuild, "make records for archives that have none, and the rows in schema safety from the records");
  tool.action("--all", is_all, "checkpoints of every database (the default without a database URL)");
  tool.action("--databases", is_of_databases, "clones, previous and left-over databases beside the database, with size and age");
  tool.action("--offsite", is_offsite, "the copies on the off-site remote, and which of them are here, too");
  tools::OffsiteOptions offsite;
  tools::declare_offsite(tool, offsite);
  tool.option("--tables", of_tables, "show the tables inside one checkpoint (\"latest\", an id, a label) or archive file");
  tool.option("--changes", changes_of, "what changed in the schema: from the checkpoint before it to this one, or from this one to TO");
  tools::RetentionOptions retention;
  retention.declare(tool);
  tool.option("--html", html, "write a status page, one HTML file (mode 0600) that needs neither server nor network; - for standard output; with --offsite it tells of copies there, too", {.is_per_tool = true});
  tool.argument("TO", changes_to, "with --changes: the later checkpoint (\"latest\", an id, a label) or archive file");
  tool.with_identity();

  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    const checkpoint::Store store(tool.backup_dir());
    const auto info = tool.connection();
    const std::string database = is_all || info.parameters().empty() ? "" : info.database();
    if (!of_tables.empty()) return list_tables(context, tools::choose_archive(context, of_tables, database, store.folder()).path);
    if (!changes_of.empty()) return tools::list_changes(context, store, database, changes_of, changes_to);
    if (!changes_to.empty()) throw Error(Code::usage, fmt::format("\"{}\" goes with --changes", changes_to), "See `safety-list --help`.");
    if (!html.empty()) {
      auto status = tools::gather_status(context, store, database, retention.policy());
      if (is_offsite) tools::add_offsite(context, tools::offsite_remote(offsite), status);
      return tools::write_status_page(status, html);
    }
    if (is_offsite) return tools::list_offsite(context, tools::offsite_remote(offsite), store, database);
    if (is_of_databases) return list_databases(context, info, store);
    if (is_rebuild) {
      for (const auto& record : store.rebuild(context)) context.sink.note("made the record of " + record.archive.file);
      if (!info.parameters().empty()) mirror(context, info, store.list(context));
    }
    auto records = store.list(context);
    if (!database.empty()) std::erase_if(records, [&](const auto& record) { return record.database != database; });
    auto lines = nlohmann::ordered_json::array();
    std::string text = fmt::format("{:<34} {:<20} {:>9} {:>12} {:>7}  {:<5} {:<14} {}\n", "CHECKPOINT", "TAKEN (UTC)", "SIZE", "ROWS", "TABLES", "PROOF", "REASON", "LABEL");
    for (const auto& record : records) {
      lines.push_back(fields_of(store, record));
      text += one_row(store, record);
    }
    if (records.empty()) text = fmt::format("no checkpoints{} in \"{}\"; make one with `safety-backup`\n", database.empty() ? "" : " of database \"" + database + "\"", store.folder().string());
    return {Code::success, text, nlohmann::ordered_json{{"folder", store.folder().string()}, {"checkpoints", lines}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  });
}
