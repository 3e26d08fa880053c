#pragma once
// What assess() and undo() both begin with: both catalogs read, paired, and turned into a script. Internal to this folder.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libsafety/archive/index.hpp"
#include "libsafety/base/context.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/schema/changes.hpp"
#include "libsafety/undo/assessment.hpp"
#include "libsafety/undo/rows.hpp"
#include "libsafety/undo/script.hpp"

namespace safety::undo {

struct Preparation {
  Preparation(const Context& context, const UndoRequest& request);
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;

  UndoRequest request;
  bool is_decided = false;  // only what is impossible is asked of the data
  pg::Connection target, origin;
  Scheme scheme;
  std::unique_ptr<CheckpointRows> rows;
  std::vector<schema::Definition> now_definitions, then_definitions;
  std::vector<archive::SchemaObject> now_objects, then_objects;
  Casts casts;
  std::map<ObjectId, std::pair<std::string, std::string>> identities;
  Script script;
};

/// The checkpoint's values into a temporary table of the target's session, unless they are there.
void load(Preparation& preparation, const Refill& refill);

/// What the undo would change, with what it loses. Source of Assessment::effects.
std::vector<Effect> find_effects(Preparation& preparation);

/// Everything of it in one transaction.
UndoResult carry_out(const Context& context, Preparation& preparation, const std::function<void(pg::Connection&)>& in_transaction);

}  // namespace safety::undo
