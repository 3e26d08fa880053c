#pragma once
// The checkpoint's tables under the names that migrations give them, statement by statement. Internal to this folder.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libsafety/preflight/actions.hpp"
#include "libsafety/schema/definition.hpp"

namespace safety::rollback {

/// {"public", "users"} of `public."users"` as the catalog writes it; parts without their quotes.
std::vector<std::string> parts_of_name(const std::string& text);

class ThenTables {
 public:
  explicit ThenTables(const std::vector<schema::Definition>& then);

  /// search_path and temporary tables go with the session. A name without a schema means public until a statement says otherwise.
  void begin_migration();
  /// `is_certain`: false for what stands in a block, which may not come to it.
  void apply(const preflight::Action& action, bool is_certain);

  /// "public.users", its name at the checkpoint; "" for a view made since, whose table cannot be told. nullopt: the checkpoint has no such table.
  std::optional<std::string> name_then(const preflight::TableName& name) const;
  /// Whether the checkpoint has this column. Of a view every one.
  bool has_column(const preflight::TableName& table, const std::string& column) const;

  /// Tables and columns made since that have by now the name of one of the checkpoint's: their numbers, with the table's name then.
  using StandIns = std::map<int, std::string>;
  StandIns stand_ins(const std::vector<schema::Definition>& then) const;
  /// Those count as the checkpoint's. They are known by the order in which they are made: the same statements are applied again.
  void take_for_old(StandIns stand_ins) { stand_ins_ = std::move(stand_ins); }

 private:
  using Key = std::pair<std::string, std::string>;
  struct Table {
    Key then;                            // its schema and name at the checkpoint
    int number = 0;                      // of those made since; 0: the checkpoint's
    bool is_view = false;
    std::map<std::string, int> columns;  // under the names they have by now; numbers likewise
  };
  const Table* find(const preflight::TableName& name) const;
  Key key_of(const preflight::TableName& name) const;
  void make(const preflight::Action& action, bool is_view);
  void rename(const Key& from, const Key& to);
  void rename_schema(const std::string& from, const std::string& to);

  std::map<Key, Table> tables_;
  std::set<std::string> temporary_;
  StandIns stand_ins_;
  int made_ = 0;
  std::vector<std::string> path_{"public"};
};

}  // namespace safety::rollback
