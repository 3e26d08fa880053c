#pragma once
// Which object now is which of the checkpoint: by oid where the origin is a copy that the server made, else by name, and what
// got another name. Internal to this folder.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libsafety/undo/catalog.hpp"
#include "libsafety/undo/items.hpp"

namespace safety::undo {

/// One side of the comparison.
struct Side {
  std::vector<Item> items;
  Catalog catalog;
};

/// The name that an object has in its catalog, quoted where SQL needs it.
struct ObjectName {
  std::string schema, name;
  ObjectId of;  // the table of a constraint, trigger, policy
};
/// Of schemas, relations, types, routines, constraints, triggers, policies and extended statistics.
std::map<ObjectId, ObjectName> read_names(pg::Connection& connection);

struct Rename {
  std::string words;                    // "table public.people was public.users"
  ObjectId object;                      // now
  int column = 0;                       // of a table; 0: the object itself
  bool is_of_table = false;             // the object is one
  std::vector<std::string> statements;  // give back the old name
  std::string from, to;                 // names as SQL has them in texts: public.people, public.users
};

struct Pairing {
  std::vector<std::optional<std::size_t>> goal_of, now_of;  // by position in items
  std::map<std::uint32_t, std::uint32_t> tables;            // of the checkpoint -> now
  std::map<std::uint32_t, std::map<std::string, std::string>> columns;  // by the checkpoint's table: its column -> the one now
  std::map<std::uint32_t, std::set<std::string>> remade;    // columns of the checkpoint's tables that were dropped and made again
  std::vector<Rename> renames;
  std::vector<std::uint32_t> recreated;  // tables of the checkpoint that were dropped and made again
  bool is_remade(std::uint32_t then, const std::string& column) const;
};

/// Rows of both sides agree in the given columns, as far as a sample tells: what a rename without oids is known by.
using SameData = std::function<bool(const Table& now, const Table& then, const std::map<std::string, std::string>& columns)>;

Pairing pair(const Side& now, const Side& then, const std::map<ObjectId, ObjectName>& names_now, const std::map<ObjectId, ObjectName>& names_then,
             bool is_clone, const SameData& has_same_data);

/// The text with renamed objects under their old names, to be compared. `table`: whose columns are meant.
std::string with_old_names(const Pairing& pairing, const std::string& text, std::optional<ObjectId> table);

}  // namespace safety::undo
