#include "libsafety/rollback/data_changes.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "libsafety/preflight/look.hpp"
#include "libsafety/rollback/routines.hpp"
#include "libsafety/rollback/then_tables.hpp"

namespace safety::rollback {
namespace {

using preflight::field;
using preflight::list_of;
using preflight::Node;
using preflight::Statement;
using preflight::text_of;
using preflight::Tokens;
using preflight::unwrap;

class Finder {
 public:
  explicit Finder(const std::vector<schema::Definition>& then) : tables_(then), routines_(then) {}

  void read(const migrations::MigrationFile& migration) {
    tables_.begin_migration();
    const auto script = preflight::parse_script(with_ends(migration.sql));
    for (const auto& statement : script.statements) {
      const Tokens tokens(statement.text);
      // Those of a DO block stand behind it, which has been told of as a whole.
      const auto table = statement.is_nested ? std::nullopt : changed_by(statement, tokens);
      if (table) changes_.push_back({migration.name, preflight::shorten_statement(tokens, statement.text), *table});
      for (const auto& action : preflight::actions_of(statement, tokens)) tables_.apply(action, !statement.is_nested);
    }
  }

  std::vector<DataChange> take() { return std::move(changes_); }
  ThenTables& tables() { return tables_; }

 private:
  // Drizzle sends what stands between two of its marks as one statement, with or without a semicolon.
  static std::string with_ends(const std::string& sql) {
    constexpr std::string_view kMark = "--> statement-breakpoint";
    std::string text;
    std::size_t from = 0;
    for (std::size_t at = sql.find(kMark); at != std::string::npos; at = sql.find(kMark, from)) {
      text.append(sql, from, at - from).append(";\n").append(kMark);
      from = at + kMark.size();
    }
    return text.append(sql, from);
  }

  /// The first table of the checkpoint whose rows the statement changes; "" when it cannot be told; nullopt when it changes none.
  std::optional<std::string> changed_by(const Statement& statement, const Tokens& tokens) {
    if (statement.kind == Statement::Kind::meta) return tokens.is_symbol(0, '\\') && tokens.is_word(1, "copy") ? std::optional<std::string>("") : std::nullopt;
    if (statement.kind == Statement::Kind::broken) return broken_changes_rows(tokens, statement.text) ? std::optional<std::string>("") : std::nullopt;
    const auto [root, top] = unwrap(statement.tree);
    if (root == "CreateFunctionStmt") {
      routines_.add(top);
      return std::nullopt;
    }
    std::optional<std::string> changed;
    preflight::walk(statement.tree, [&](std::string_view kind, const Node& node) {
      if (kind == "RuleStmt" || kind == "ViewStmt") return false;  // what is told there happens later
      if (!changed) changed = changed_by(kind, node);
      return !changed;
    });
    if (!changed && calls_routine(root, top)) changed = "";
    return changed;
  }

  std::optional<std::string> changed_by(std::string_view kind, const Node& node) const {
    const auto& relation = field(node, "relation");
    if (kind == "UpdateStmt") return name_of_updated(node);
    if (kind == "InsertStmt" || kind == "DeleteStmt" || kind == "MergeStmt") return tables_.name_then(preflight::table_of(relation));
    if (kind == "CopyStmt" && preflight::flag_of(node, "is_from")) return tables_.name_then(preflight::table_of(relation));
    if (kind == "TruncateStmt") return name_of_truncated(node);
    return std::nullopt;
  }

  /// None when every column that it sets was made since.
  std::optional<std::string> name_of_updated(const Node& update) const {
    const auto table = preflight::table_of(field(update, "relation"));
    const auto& targets = list_of(update, "targetList");
    const bool is_old = std::any_of(targets.begin(), targets.end(), [&](const Node& target) { return tables_.has_column(table, text_of(unwrap(target).second, "name")); });
    return is_old ? tables_.name_then(table) : std::nullopt;
  }

  std::optional<std::string> name_of_truncated(const Node& truncate) const {
    for (const auto& relation : list_of(truncate, "relations"))
      if (auto name = tables_.name_then(preflight::table_of(unwrap(relation).second))) return name;
    // Tables that point at a new one may be the checkpoint's.
    return text_of(truncate, "behavior") == "DROP_CASCADE" ? std::optional<std::string>("") : std::nullopt;
  }

  /// Code that changes rows, in a DO block, by CALL, or by a SELECT that is there to call it.
  bool calls_routine(std::string_view kind, const Node& node) const {
    if (kind == "DoStmt") return routines_.block_changes_rows(node);
    if (kind == "CallStmt") return routines_.call_changes_rows(field(node, "funccall"));
    if (kind != "SelectStmt") return false;
    bool found = false;
    preflight::walk(node, [&](std::string_view inner, const Node& call) {
      found = found || (inner == "FuncCall" && routines_.call_changes_rows(call));
      return !found;
    });
    return found;
  }

  /// Of SQL that this grammar does not know, a newer server's perhaps.
  bool broken_changes_rows(const Tokens& tokens, const std::string& text) const {
    constexpr std::array kChanges = std::to_array<std::string_view>({"insert", "update", "delete", "truncate", "merge", "call", "do"});
    if (std::any_of(kChanges.begin(), kChanges.end(), [&](std::string_view word) { return tokens.is_word(0, word); })) return true;
    if (tokens.is_word(0, "copy")) return tokens.find_word("from", 0, 1) != Tokens::kNone;
    return tokens.is_word(0, "with") && routines_.text_changes_rows(text);
  }

  ThenTables tables_;
  Routines routines_;
  std::vector<DataChange> changes_;
};

}  // namespace

std::vector<DataChange> find_data_changes(const std::vector<migrations::MigrationFile>& migrations, const std::vector<schema::Definition>& then, bool is_clone) {
  Finder finder(then);
  for (const auto& migration : migrations) finder.read(migration);
  if (is_clone) return finder.take();
  // Which names are given back is known at the end only.
  auto stand_ins = finder.tables().stand_ins(then);
  if (stand_ins.empty()) return finder.take();
  Finder again(then);
  again.tables().take_for_old(std::move(stand_ins));
  for (const auto& migration : migrations) again.read(migration);
  return again.take();
}

}  // namespace safety::rollback
