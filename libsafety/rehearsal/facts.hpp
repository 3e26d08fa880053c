#pragma once
// What a database holds at one instant, as far as a migration can change it: definitions, rows, values. Internal to this
// folder.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/migrations/ownership.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/schema/changes.hpp"

namespace safety::rehearsal {

struct ColumnFacts {
  std::string number;        // of the column in its table: it stays when the column gets another name
  std::uint64_t values = 0;  // that are not NULL
};

struct TableFacts {
  std::string oid;   // stays when the table gets another name
  std::string name;  // unquoted: "public.users"
  migrations::Owner owner = migrations::Owner::nobody;
  std::uint64_t rows = 0;
  std::map<std::string, ColumnFacts> columns;  // by name, quoted where SQL needs it: that of schema::Definition
};

struct Facts {
  std::vector<schema::Definition> definitions;
  std::map<std::string, TableFacts> tables;  // by name, quoted where SQL needs it
};

enum class Counting { nothing, rows, rows_and_values };
/// In one transaction, read only.
Facts read_facts(const Context& context, const pg::ConnectionInfo& database, const migrations::Ownership& ownership, Counting counting);

}  // namespace safety::rehearsal
