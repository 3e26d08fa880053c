#pragma once
// What is altered in place: definitions that differ from the checkpoint's, by the statements that schema/changes.hpp has for them; and
// the proof that none does. Internal to this folder.

#include <string>
#include <vector>

#include "libsafety/archive/index.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/schema/changes.hpp"

namespace safety::undo {

enum class Stage {
  before_constraints,  // columns' defaults and NOT NULL, checks, domains, sequences, bodies of functions
  at_the_end,          // and privileges, comments, settings
};

/// In the session's open transaction.
void align(pg::Connection& target, const std::vector<schema::Definition>& then, Stage stage);

/// A line for each difference.
std::vector<std::string> differences_of(const std::vector<archive::SchemaObject>& then, const std::vector<archive::SchemaObject>& now, pg::Connection& target,
                                        const std::vector<schema::Definition>& then_definitions);

}  // namespace safety::undo
