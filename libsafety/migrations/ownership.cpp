#include "libsafety/migrations/ownership.hpp"

#include "libsafety/migrations/create_table.hpp"
#include "libsafety/migrations/history_table.hpp"

namespace safety::migrations {

std::string name_of(Owner owner) {
  switch (owner) {
    case Owner::nobody: return "nobody";
    case Owner::prisma: return "Prisma";
    case Owner::drizzle: return "Drizzle";
    case Owner::safety: return "safety";
  }
  return "";
}

Ownership Ownership::of(const Project& project) {
  Ownership ownership;
  const auto claim = [&](const std::vector<std::string>& tables, Owner owner) {
    for (const auto& name : tables) {
      const auto [schema, table] = split_name(name);
      ownership.set(schema, table, owner);
    }
  };
  // What is declared goes before what a migration once made.
  if (project.prisma) claim(tables_left_by(project.prisma->migrations), Owner::prisma);
  if (project.drizzle) {
    for (const auto& name : tables_left_by(project.drizzle->migrations)) {
      const auto [schema, table] = split_name(name);
      if (ownership.owner_of(schema, table) == Owner::nobody) ownership.set(schema, table, Owner::drizzle);
    }
    claim(project.drizzle->tables, Owner::drizzle);
    if (!project.drizzle->migrations_table.empty()) 
      ownership.set(project.drizzle->migrations_schema.empty() ? "drizzle" : project.drizzle->migrations_schema, project.drizzle->migrations_table, Owner::drizzle);
  }
  if (project.prisma) claim(project.prisma->tables, Owner::prisma);
  return ownership;
}

Owner Ownership::owner_of(const std::string& schema, const std::string& table) const {
  if (schema == "safety") return Owner::safety;
  if (table == kPrismaTable || schema == "prisma_contract") return Owner::prisma;
  if (table == kDrizzleTable) return Owner::drizzle;
  const auto found = tables_.find((schema.empty() ? "public" : schema) + "." + table);
  return found == tables_.end() ? Owner::nobody : found->second;
}

void Ownership::set(const std::string& schema, const std::string& table, Owner owner) { tables_[(schema.empty() ? "public" : schema) + "." + table] = owner; }

}  // namespace safety::migrations
