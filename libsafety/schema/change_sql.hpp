#pragma once
// Statements that make, drop or alter what a Definition says. Internal to this folder.

#include <string>
#include <vector>

#include "libsafety/schema/column_text.hpp"
#include "libsafety/schema/definition.hpp"

namespace safety::schema {

bool is_relation(const std::string& kind);
bool is_table(const std::string& kind);  // what has columns of its own, and rows
bool is_foreign_key(const Definition& one);
/// Where it stands among the kinds: what others need comes first.
int rank_of(const std::string& kind);

/// Without semicolons; none where the definition holds no SQL.
std::vector<std::string> make_statements(const Definition& one);
std::vector<std::string> drop_statements(const Definition& one);
/// `all`: the definitions after.
Alteration alter(const Definition& before, const Definition& after, const std::vector<Definition>& columns_before, const std::vector<Definition>& all);

/// The text of a table without its columns: what CREATE TABLE says beside them.
std::string frame_of_table(const Definition& table, const std::vector<Definition>& columns);

}  // namespace safety::schema
