#pragma once
// A Prisma project as its files say: models of the schema, migrations in their order, the provider of migration_lock.toml.

#include <filesystem>
#include <optional>

#include "libsafety/migrations/project.hpp"

namespace safety::migrations {

/// Where Prisma itself would look when it is started in `directory`: what prisma.config.* or package.json names, else prisma/ with
/// migrations/ or a schema in it, else `directory` with schema.prisma; nullopt when nothing is there.
std::optional<std::filesystem::path> find_prisma_folder(const std::filesystem::path& directory);

/// `folder` holds the schema, which is schema.prisma or several *.prisma in it and below it, and migrations/, unless prisma.config.*
/// in `directory` names another folder for these. Variables of the address are looked for in both.
/// Errors: storage when a file or folder cannot be read.
PrismaProject read_prisma_project(const std::filesystem::path& directory, const std::filesystem::path& folder);

/// The tables of the models, with those that Prisma makes for relations of many to many: `_CategoryToPost`. "schema.table" where a
/// model says @@schema. `source` is all of the schema's files after each other.
std::vector<std::string> tables_of_schema(const std::string& source);

}  // namespace safety::migrations
