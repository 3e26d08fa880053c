#include "libsafety/migrations/prisma_project.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/migrations/project_files.hpp"
#include "libsafety/migrations/script.hpp"
#include "libsafety/os/file.hpp"

namespace safety::migrations {
namespace {

namespace fs = std::filesystem;

std::string read_provider(const fs::path& lock) {
  const auto text = os::read_file_if_exists(lock);
  if (!text) return "";
  for (const auto& line : split_lines(*text)) {
    if (!line.starts_with("provider")) continue;
    const auto open = line.find('"'), close = line.rfind('"');
    if (open != std::string::npos && close > open) return line.substr(open + 1, close - open - 1);
  }
  return "";
}

std::vector<MigrationFile> read_migrations(const fs::path& folder) {
  std::vector<MigrationFile> migrations;
  std::error_code error;
  if (!fs::exists(folder, error)) return migrations;
  for (const auto& entry : entries_of(folder)) {
    if (!fs::is_directory(entry, error)) continue;
    MigrationFile migration{entry.filename().string(), entry / "migration.sql", ""};
    if (auto sql = os::read_file_if_exists(migration.path)) migration.sql = std::move(*sql);
    else migration.path.clear();
    migrations.push_back(std::move(migration));
  }
  return migrations;
}

void add_once(std::vector<std::string>& list, const std::string& value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

/// env("X") and process.env.X. The language of *.prisma reads as tokens too; its shadow database is no address of ours.
void read_address(const std::vector<Token>& tokens, bool is_schema, PrismaProject& project) {
  bool is_in_datasource = !is_schema;
  for (std::size_t at = 0; at + 3 < tokens.size(); ++at) {
    if (is_schema && tokens[at].is_name("datasource")) is_in_datasource = true;
    if (is_schema && tokens[at].is_sign("}")) is_in_datasource = false;
    if (!is_in_datasource) continue;
    if (is_schema) {
      const bool is_address = tokens[at].is_name("url") || tokens[at].is_name("directUrl");
      if (!is_address || !tokens[at + 1].is_sign("=")) continue;
      if (tokens[at + 2].kind == Token::Kind::text) project.has_fixed_url = true;
      if (tokens[at + 2].is_name("env") && at + 4 < tokens.size() && tokens[at + 4].kind == Token::Kind::text) add_once(project.url_variables, tokens[at + 4].value);
      continue;
    }
    std::string name;
    if (tokens[at].is_name("env") && tokens[at + 1].is_sign("(") && tokens[at + 2].kind == Token::Kind::text) name = tokens[at + 2].value;
    if (tokens[at].is_name("env") && tokens[at + 1].is_sign(".") && tokens[at + 2].kind == Token::Kind::name) name = tokens[at + 2].value;
    if (tokens[at].is_name("env") && tokens[at + 1].is_sign("[") && tokens[at + 2].kind == Token::Kind::text) name = tokens[at + 2].value;
    if (name.find("URL") != std::string::npos && name.find("SHADOW") == std::string::npos) add_once(project.url_variables, name);
  }
}

/// prisma.config.* as far as it is written down.
struct ConfigFile {
  std::filesystem::path folder;
  std::string text;
  std::string schema, migrations;  // from its folder
};
std::optional<ConfigFile> read_config(const fs::path& folder) {
  for (const char* ending : {"ts", "mts", "cts", "js", "mjs", "cjs"}) {
    auto text = os::read_file_if_exists(folder / (std::string("prisma.config.") + ending));
    if (!text) continue;
    ConfigFile file{folder, *std::move(text), "", ""};
    const auto config = Script(file.text).default_export();
    const auto text_in = [](const Value& object, const char* field) { return object.fields.contains(field) && object.fields.at(field).is_text() ? object.fields.at(field).text : ""; };
    file.schema = text_in(config, "schema");
    if (config.fields.contains("migrations")) file.migrations = text_in(config.fields.at("migrations"), "path");
    return file;
  }
  return std::nullopt;
}

}  // namespace

std::optional<fs::path> find_prisma_folder(const fs::path& directory) {
  std::error_code error;
  std::string named;
  if (const auto config = read_config(directory)) named = config->schema;
  if (named.empty())
    if (const auto text = os::read_file_if_exists(directory / "package.json")) {
      const auto package = nlohmann::json::parse(*text, nullptr, false);
      const auto pointer = nlohmann::json::json_pointer("/prisma/schema");
      if (package.is_object() && package.contains(pointer) && package[pointer].is_string()) named = package[pointer];
    }
  if (!named.empty()) {
    auto path = (directory / named).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    if (fs::is_directory(path, error)) return path;
    if (fs::exists(path, error)) return path.parent_path();
  }
  const auto usual = directory / "prisma";
  if (fs::is_directory(usual / "migrations", error) || fs::exists(usual / "schema.prisma", error) || fs::exists(usual / "schema/schema.prisma", error)) return usual;
  if (fs::exists(directory / "schema.prisma", error)) return directory;
  return std::nullopt;
}

PrismaProject read_prisma_project(const fs::path& directory, const fs::path& folder) {
  PrismaProject project;
  project.folder = folder;
  // Beside the code lies more than the schema.
  if (folder == directory) std::ranges::copy_if(entries_of(folder), std::back_inserter(project.schema_files), [](const auto& entry) { return entry.extension() == ".prisma"; });
  else project.schema_files = files_below(folder, ".prisma");
  std::string schema;
  for (const auto& file : project.schema_files) schema += os::read_file(file) + "\n";
  project.tables = tables_of_schema(schema);
  read_address(read_tokens(schema), true, project);
  auto config = read_config(directory);
  if (!config && folder.parent_path() != directory) config = read_config(folder.parent_path());
  if (config) read_address(read_tokens(config->text), false, project);
  std::error_code error;
  // With several schema files Prisma has them in prisma/schema/, and the migrations there in some versions.
  auto migrations = folder / "migrations";
  if (config && !config->migrations.empty()) migrations = (config->folder / config->migrations).lexically_normal();
  else if (!fs::exists(migrations, error) && fs::exists(folder / "schema/migrations", error)) migrations = folder / "schema/migrations";
  project.provider = read_provider(migrations / "migration_lock.toml");
  project.migrations = read_migrations(migrations);
  return project;
}

}  // namespace safety::migrations
