#pragma once
// Which tool a table belongs to, when two of them share a database.

#include <map>
#include <string>

#include "libsafety/migrations/project.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety::migrations {

enum class Owner { nobody, prisma, drizzle, safety };
std::string name_of(Owner owner);  // "nobody", "Prisma", "Drizzle", "safety"

/// "public.users" -> its owner; tables that no tool names are absent. Names are unquoted.
class Ownership {
 public:
  /// What the code says: Prisma's models and migrations, Drizzle's pgTable declarations; the tools' own tables.
  static Ownership of(const Project& project);
  Owner owner_of(const std::string& schema, const std::string& table) const;
  void set(const std::string& schema, const std::string& table, Owner owner);
  const std::map<std::string, Owner>& tables() const noexcept { return tables_; }

 private:
  std::map<std::string, Owner> tables_;
};

}  // namespace safety::migrations
