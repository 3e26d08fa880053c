#pragma once
// A Scheme as acts in the order in which they run, all in one transaction. Internal to this folder.

#include <deque>
#include <string>
#include <vector>

#include "libsafety/undo/kept.hpp"
#include "libsafety/undo/refill.hpp"
#include "libsafety/undo/scheme.hpp"

namespace safety::undo {

struct Act {
  enum class Kind {
    statement,
    insert,       // the rows of a rebuilt table: what it reports is counted
    load,         // a table that was gone, from the checkpoint
    align,        // what definitions still differ in and can be altered (definitions.hpp compares): before constraints and indexes
    align_rest,   // and after everything
    settle_keys,  // before a foreign key is made: rows given back whose parent is gone by now
    sequences,    // stand behind every value that is there
  } kind = Kind::statement;
  std::string sql;
  std::uint32_t table = 0;  // of the checkpoint, for load, insert and settle_keys
  std::uint32_t key = 0;    // settle_keys: the foreign key
  std::string note;         // why, for people who read the script
};

struct Script {
  std::deque<Refill> refills;            // loaded before the transaction; by is_rebuilt tables that need them
  std::vector<std::string> locked;       // tables by their present names
  std::vector<Act> acts;
  std::vector<std::string> kept;         // tables of schema safety_lost that are made, unless they would be empty
  const Refill* refill_of(std::uint32_t then) const;
  std::string text() const;              // with comments; what is streamed as a comment
};

/// DROP of one object, as the server names it; empty when it goes with something else.
std::string drop_statement(const std::string& type, const std::string& identity);

Script make_script(const Scheme& scheme, const std::map<ObjectId, std::pair<std::string, std::string>>& identities, const Casts& casts, const UndoRequest& request);

inline constexpr const char* kAside = "safety_undo";  // the schema in which old tables and types wait for their end

}  // namespace safety::undo
