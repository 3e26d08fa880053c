#pragma once
// One object of a schema as a text: what changes.hpp reads and compares.

#include <string>

namespace safety::schema {

struct Definition {
  std::string kind;   // "table", "column", "index", "constraint", "view", "function", "type", "sequence", "privileges" ...
  std::string name;   // quoted where SQL needs it: public.users, public.users.email for a column
  std::string table;  // the relation it belongs to, for columns, indexes, constraints, triggers, policies; else empty
  std::string text;   // SQL where there is such a thing; columns: "text NOT NULL DEFAULT 'x'::text"
};

}  // namespace safety::schema
