#pragma once
// A schema as pg_dump writes it: one item an object, in an order in which they can be made, each with its statements. Internal to
// this folder.

#include <cstdint>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/pg/dump_program.hpp"

namespace safety::undo {

/// A row of a catalog, as pg_depend names it. Zero: none.
struct ObjectId {
  std::uint32_t catalog = 0, oid = 0;
  auto operator<=>(const ObjectId&) const = default;
};

struct Item {
  std::uint64_t entry = 0;  // pg_dump's number of it
  ObjectId id;              // none for comments, privileges and the like, which belong to another item
  std::string type, schema, name;  // "TABLE", "public", "users"; unquoted, as pg_dump's comment has them
  std::vector<std::uint64_t> needs;  // entries; only of items without an id
  std::vector<std::string> settings;    // default_tablespace and such, which hold for it; without semicolons
  std::vector<std::string> statements;  // with their semicolons
  std::string text() const;             // all of them, to be compared
  std::string title() const;            // "TABLE public.users"
};

/// Without the schemas safety and safety_lost. In pg_dump's order. Errors: command_failed, with pg_dump's words; locked.
std::vector<Item> read_items(const Context& context, pg::Connection& connection, const pg::ClientProgram& pg_dump);
/// Of pg_dump's verbose output.
std::vector<Item> parse_items(const std::string& script);

}  // namespace safety::undo
