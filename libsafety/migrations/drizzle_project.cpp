#include "libsafety/migrations/drizzle_project.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <set>

#include "libsafety/base/error.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/migrations/project_files.hpp"
#include "libsafety/migrations/script.hpp"
#include "libsafety/os/file.hpp"

namespace safety::migrations {
namespace {

namespace fs = std::filesystem;

bool is_script(const fs::path& path) {
  static const std::set<std::string> kEndings{".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"};
  return kEndings.contains(path.extension().string()) && !path.string().ends_with(".d.ts");
}

/// A text, or a list of texts; nullopt for anything else, which is then noted.
std::optional<std::vector<std::string>> texts_of(const Value& config, const std::string& field, DrizzleProject& project) {
  const auto found = config.fields.find(field);
  if (found == config.fields.end()) {
    if (!config.is_whole) project.not_understood.push_back(fmt::format("{}: may come from what the config takes over", field));
    return std::nullopt;
  }
  const auto& value = found->second;
  std::vector<std::string> texts;
  if (value.is_text()) texts.push_back(value.text);
  bool is_understood = value.is_text() || value.kind == Value::Kind::list;
  for (const auto& element : value.elements) {
    is_understood = is_understood && element.is_text();
    texts.push_back(element.text);
  }
  if (is_understood) return texts;
  project.not_understood.push_back(fmt::format("{}: {}", field, value.kind == Value::Kind::unknown ? value.text : "not only texts"));
  return std::nullopt;
}

std::string text_of(const Value& config, const std::string& field, DrizzleProject& project) {
  const auto texts = texts_of(config, field, project);
  return texts && !texts->empty() ? texts->front() : "";
}

/// The file that `export ... from "./users"` means.
std::optional<fs::path> resolve_import(const fs::path& file, const std::string& name) {
  if (!name.starts_with(".")) return std::nullopt;
  const auto base = (file.parent_path() / name).lexically_normal();
  std::error_code error;
  std::vector<fs::path> candidates{base};
  for (const char* ending : {".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs"}) {
    candidates.push_back(base.string() + ending);
    candidates.push_back(base / (std::string("index") + ending));
  }
  // Written with the ending that it is compiled to.
  if (base.extension() == ".js" || base.extension() == ".mjs" || base.extension() == ".cjs")
    candidates.push_back(fs::path(base).replace_extension(base.extension() == ".js" ? ".ts" : base.extension() == ".mjs" ? ".mts" : ".cts"));
  for (const auto& candidate : candidates)
    if (fs::is_regular_file(candidate, error)) return candidate;
  return std::nullopt;
}

void read_schema_file(const fs::path& file, std::set<fs::path>& seen, DrizzleProject& project) {
  if (!seen.insert(file).second) return;
  const auto declared = read_declarations(os::read_file(file));
  for (const auto& table : declared.tables)
    if (std::find(project.tables.begin(), project.tables.end(), table) == project.tables.end()) project.tables.push_back(table);
  for (const auto& type : declared.enums)
    if (std::find(project.enums.begin(), project.enums.end(), type) == project.enums.end()) project.enums.push_back(type);
  for (const auto& text : declared.not_understood) project.not_understood.push_back(file.filename().string() + " " + text);
  for (const auto& name : declared.exported_files) {
    if (const auto next = resolve_import(file, name)) read_schema_file(*next, seen, project);
    else project.not_understood.push_back(fmt::format("{}: what it exports from \"{}\" was not found", file.filename().string(), name));
  }
}

void read_schema_files(const fs::path& directory, const std::vector<std::string>& patterns, DrizzleProject& project) {
  std::set<fs::path> files;
  std::error_code error;
  for (const auto& pattern : patterns) {
    auto found = files_of_pattern(project.config.parent_path(), pattern);
    if (found.empty()) found = files_of_pattern(directory, pattern);
    if (found.empty()) project.not_understood.push_back(fmt::format("schema: nothing is there under \"{}\"", pattern));
    for (const auto& path : found) {
      if (!fs::is_directory(path, error)) {
        files.insert(path);
      } else {
        for (const auto& entry : entries_of(path))
          if (fs::is_regular_file(entry, error) && is_script(entry)) files.insert(entry);
      }
    }
  }
  project.schema_files.assign(files.begin(), files.end());
  std::set<fs::path> seen;
  for (const auto& file : files) read_schema_file(file, seen, project);
}

/// Where the address comes from: process.env.X in the config, or it is written down in dbCredentials.
void read_address(const Script& script, const Value& config, DrizzleProject& project) {
  const auto credentials = config.fields.find("dbCredentials");
  if (credentials != config.fields.end() && credentials->second.is_object()) {
    const auto& fields = credentials->second.fields;
    const auto url = fields.find("url");
    const auto host = fields.find("host");
    project.has_fixed_url = (url != fields.end() && url->second.is_text()) || (url == fields.end() && host != fields.end());
  }
  const auto& tokens = script.tokens();
  for (std::size_t at = 0; at + 2 < tokens.size(); ++at) {
    if (!tokens[at].is_name("env")) continue;  // process.env, or a checked `env` of the project's own
    const auto& name = tokens[at + 2];
    const bool is_named = (tokens[at + 1].is_sign(".") && name.kind == Token::Kind::name) || (tokens[at + 1].is_sign("[") && name.kind == Token::Kind::text);
    const bool is_address = name.value.find("URL") != std::string::npos || name.value.find("DSN") != std::string::npos;
    if (is_named && is_address && std::find(project.url_variables.begin(), project.url_variables.end(), name.value) == project.url_variables.end())
      project.url_variables.push_back(name.value);
  }
}

std::string installed_version(const fs::path& directory, const fs::path& config) {
  for (const auto& begin : {config.parent_path(), directory}) {
    // As Node looks for packages: in each folder upwards.
    for (auto folder = begin;; folder = folder.parent_path()) {
      if (const auto text = os::read_file_if_exists(folder / "node_modules/drizzle-kit/package.json")) {
        const auto package = nlohmann::json::parse(*text, nullptr, false);
        if (package.is_object() && package.contains("version") && package["version"].is_string()) return package["version"];
      }
      if (folder == folder.parent_path()) break;
    }
  }
  return "";
}

/// The milliseconds of 20260211120000_initial; 0 when the name begins with no such time.
std::int64_t time_of(const std::string& name) {
  if (name.size() < 14 || !std::all_of(name.begin(), name.begin() + 14, [](unsigned char c) { return std::isdigit(c) != 0; })) return 0;
  const auto time = parse_rfc3339(fmt::format("{}-{}-{}T{}:{}:{}.000Z", name.substr(0, 4), name.substr(4, 2), name.substr(6, 2), name.substr(8, 2), name.substr(10, 2), name.substr(12, 2)));
  return time ? std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch()).count() : 0;
}

/// In the order of the journal; without one (1.0) each folder with a migration.sql, by name.
std::vector<MigrationFile> read_migrations(const fs::path& out) {
  std::vector<MigrationFile> migrations;
  std::error_code error;
  if (!fs::is_directory(out, error)) return migrations;
  const auto journal = out / "meta/_journal.json";
  if (const auto text = os::read_file_if_exists(journal)) {
    const auto content = nlohmann::json::parse(*text, nullptr, false);
    if (!content.is_object() || !content.contains("entries") || !content["entries"].is_array())
      throw Error(Code::config, "\"" + journal.string() + "\" is not a journal of drizzle-kit", "Take it back from version control, or run `npx drizzle-kit check`.");
    for (const auto& entry : content["entries"]) {
      const auto tag = entry.is_object() && entry.contains("tag") && entry["tag"].is_string() ? entry["tag"].get<std::string>() : "";
      if (tag.empty()) continue;
      MigrationFile migration{tag, out / (tag + ".sql"), ""};
      if (entry.contains("when") && entry["when"].is_number()) migration.when = entry["when"].get<std::int64_t>();
      if (auto sql = os::read_file_if_exists(migration.path)) migration.sql = std::move(*sql);
      else migration.path.clear();
      migrations.push_back(std::move(migration));
    }
    return migrations;
  }
  for (const auto& folder : entries_of(out)) {
    if (!fs::is_directory(folder, error)) continue;
    const auto name = folder.filename().string();
    if (auto sql = os::read_file_if_exists(folder / "migration.sql")) migrations.push_back({name, folder / "migration.sql", std::move(*sql), time_of(name)});
  }
  return migrations;
}

}  // namespace

DrizzleProject read_drizzle_project(const fs::path& directory, const fs::path& config_path) {
  DrizzleProject project;
  project.config = config_path;
  const Script script(os::read_file(config_path));
  const auto config = script.default_export();
  if (!config.is_object()) {
    project.not_understood.push_back("the config is not one object that is written down: " + config.text);
  } else {
    project.schema_filter = texts_of(config, "schemaFilter", project);
    project.tables_filter = texts_of(config, "tablesFilter", project);
    if (const auto patterns = texts_of(config, "schema", project)) read_schema_files(directory, *patterns, project);
    project.out = text_of(config, "out", project);
    if (const auto migrations = config.fields.find("migrations"); migrations != config.fields.end()) {
      project.migrations_table = text_of(migrations->second, "table", project);
      project.migrations_schema = text_of(migrations->second, "schema", project);
    }
    if (const auto dialect = text_of(config, "dialect", project); !dialect.empty() && dialect != "postgresql")
      project.not_understood.push_back("dialect: it is \"" + dialect + "\", not postgresql");
  }
  read_address(script, config, project);
  if (project.out.empty()) project.out = "drizzle";  // the tool's own default
  const auto beside_config = config_path.parent_path() / project.out;
  std::error_code error;
  project.migrations = read_migrations(fs::is_directory(beside_config, error) ? beside_config : directory / project.out);
  project.version = installed_version(directory, config_path);
  return project;
}

}  // namespace safety::migrations
