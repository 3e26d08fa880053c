#pragma once
// A column's definition taken apart, and what it takes to make one into another. Internal to this folder.

#include <string>
#include <vector>

#include "libsafety/schema/definition.hpp"

namespace safety::schema {

struct ColumnText {
  std::string type, collation;
  std::string identity;  // "GENERATED ALWAYS AS IDENTITY (START WITH 5)"
  bool is_not_null = false;
  std::string default_value;
  std::string generated;  // "GENERATED ALWAYS AS (a + 1) STORED"
};

/// Of a text that read_definitions gave.
ColumnText parse_column(const std::string& text);

/// What a Definition's name says within its table: the column's name of "public.users.email".
std::string local_name(const Definition& definition);

struct Alteration {
  std::vector<std::string> words, statements;
  bool loses_data = false;
};
Alteration alter_column(const Definition& before, const Definition& after);

}  // namespace safety::schema
