#pragma once
// Functions, procedures and DO blocks: whether their code may change rows. Internal to this folder.
//
// Judged by the words of the code, not by running it: a word that begins a statement which changes rows, or EXECUTE, is enough.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "libsafety/preflight/tree.hpp"
#include "libsafety/schema/definition.hpp"

namespace safety::rollback {

class Routines {
 public:
  /// Knows those of the checkpoint.
  explicit Routines(const std::vector<schema::Definition>& then);

  /// A CreateFunctionStmt of a migration.
  void add(const preflight::Node& create_function);
  /// A DoStmt.
  bool block_changes_rows(const preflight::Node& block) const;
  /// A FuncCall. One that nobody knows may; the server's own do not.
  bool call_changes_rows(const preflight::Node& call) const;
  bool text_changes_rows(std::string_view code) const;

 private:
  struct Routine {
    std::string code;
    bool is_known = true;  // false: in a language of which no word is known here
  };
  static Routine read(const preflight::Node& list_owner, std::string_view options);
  bool changes_rows(std::string_view code, std::set<std::string>& seen) const;
  bool routine_changes_rows(const std::string& schema, const std::string& name, bool may_be_unknown, std::set<std::string>& seen) const;

  std::multimap<std::string, Routine> routines_;  // by name: of several with the same any may be meant
};

}  // namespace safety::rollback
