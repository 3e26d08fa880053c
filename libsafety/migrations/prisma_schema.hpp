#pragma once
// The blocks of schema.prisma, with their lines: as what a table, column, enum or index is written down. Never throws: what is
// not understood is passed over.

#include <string>
#include <string_view>
#include <vector>

namespace safety::migrations {

struct PrismaField {
  std::string name, column;   // column: what @map says, else the name; of an enum's value likewise
  std::string type;           // without [] and ?
  std::string relation_name;  // of @relation("Name")
  bool is_list = false;
  std::string text;           // the whole field on one line
  int line = 0;
};

/// @@index([province, city(sort: Desc)], map: "x")
struct PrismaAttribute {
  std::string text;
  int line = 0;
};

struct PrismaBlock {
  std::string kind;           // "model", "view", "enum", "type"
  std::string name, mapped;   // mapped: what @@map says, else the name
  std::string schema;         // of @@schema; empty without
  std::vector<PrismaField> fields;
  std::vector<PrismaAttribute> attributes;
  int line = 0;
};

/// In the order of the source.
std::vector<PrismaBlock> read_prisma_blocks(const std::string& source);

/// "x" of `map: "x"`, in an attribute or in one that a field has: argument_of(text, "map"); empty without it.
std::string argument_of(std::string_view attribute, std::string_view name);
/// {"province", "city"} of the first list in square brackets.
std::vector<std::string> listed_fields(std::string_view attribute);
/// The table of the relation of many to many that the field is one end of, if its other end is a list too.
std::string join_table_of(const PrismaBlock& model, const PrismaField& field);

}  // namespace safety::migrations
