#pragma once
// The code's side of migrations: where its files lie and which commands bring them into a database, from [migrations].
//
//   [migrations]
//   directory = "api"                               # from the folder of safety.toml; commands run there
//   commands = ["npx prisma migrate deploy", "npx drizzle-kit push --force"]
//   timeout = "10min"                               # for each command
//   prisma = "prisma"                               # folder with schema.prisma and migrations/; found where Prisma looks
//   drizzle = "drizzle.config.ts"                   # found when it is there
//   production = true                               # false lets `prisma db push` and the like pass
//   smoke = ["SELECT count(*) > 0 FROM users"]      # after a deploy each must give true
//   allow = ["create-index-not-concurrent"]         # rules of safety-preflight that are known and accepted
//
// Nothing is run and no database is asked here.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/os/process.hpp"

namespace safety::migrations {

/// Values as a configuration file has them: a string, number or boolean is one element.
using Settings = std::map<std::string, std::vector<std::string>>;

struct Configuration {
  Settings settings;             // of [migrations]
  std::filesystem::path folder;  // relative paths are meant from here
};

/// What one migration of the code is made of.
struct MigrationFile {
  std::string name;            // the folder's or file's name without ending: the migration's identity
  std::filesystem::path path;  // of its SQL; empty when the folder holds none
  std::string sql;             // raw bytes
  std::int64_t when = 0;       // of Drizzle's journal: milliseconds since 1970, what its deploy goes by
};

struct PrismaProject {
  std::filesystem::path folder;             // with migrations/; schema.prisma or a folder of *.prisma beside it
  std::vector<std::filesystem::path> schema_files;
  std::string provider;                     // of migration_lock.toml; empty without one
  std::vector<MigrationFile> migrations;    // in the order of their names, which is the order they are applied in
  std::vector<std::string> tables;          // of the models in the schema files, through @@map; "schema.table" with @@schema
  /// Variables that the database's address is read from: url, directUrl. Empty with has_fixed_url: it is written down there.
  std::vector<std::string> url_variables{};
  bool has_fixed_url = false;
};

struct DrizzleProject {
  std::filesystem::path config;
  std::vector<std::filesystem::path> schema_files;  // as far as the config names files that are there
  std::vector<std::string> tables;                  // pgTable("...") in them; "schema.table" for pgSchema("...").table
  /// nullopt: not set, which means the tool's own default (`public`, or with 1.0 every schema; all tables).
  std::optional<std::vector<std::string>> schema_filter, tables_filter;
  std::string out;                                  // folder of `drizzle-kit generate`
  std::string version;                              // of drizzle-kit in node_modules; empty when not installed
  std::vector<MigrationFile> migrations;            // of `drizzle-kit migrate`: those in `out`, in its journal's order
  std::vector<std::string> not_understood;          // what in the config could not be read without running it
  std::vector<std::string> enums{};                 // pgEnum("...")
  std::string migrations_table{}, migrations_schema{};  // of `migrations: { table, schema }`; empty: drizzle.__drizzle_migrations
  std::vector<std::string> url_variables{};         // as for Prisma
  bool has_fixed_url = false;
};

struct Project {
  std::filesystem::path directory;
  std::vector<std::string> commands;  // lines for /bin/sh, in the order they are run
  std::chrono::milliseconds timeout{600000};
  bool is_production = true;
  std::optional<PrismaProject> prisma;
  std::optional<DrizzleProject> drizzle;
  std::vector<std::string> smoke, allow;
  bool empty() const { return commands.empty() && !prisma && !drizzle; }
};

/// Errors: config naming the setting (unknown, wrong form, a path that is not there); storage for what cannot be read.
Project read_project(const Configuration& configuration);

/// One of the project's commands as a program to run, with `database_url` as its DATABASE_URL and in each further variable that the
/// tools' configurations read the address from, so that none of them reaches another database.
os::Command command_of(const Project& project, const std::string& line, const std::string& database_url);

}  // namespace safety::migrations
