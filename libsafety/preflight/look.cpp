#include "libsafety/preflight/look.hpp"

#include <algorithm>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/preflight/rules.hpp"

namespace safety::preflight {
namespace {

using Kind = Action::Kind;
constexpr std::size_t kLongestStatement = 160;

std::string shorten(std::string_view text) {
  std::string line = one_line(text);
  if (line.size() <= kLongestStatement) return line;
  std::size_t end = kLongestStatement;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
  return line.substr(0, end) + "...";
}

}  // namespace

std::string shorten_statement(const Tokens& tokens, std::string_view text) {
  return shorten(tokens.size() == 0 ? std::string(text) : tokens.text(0, std::min<std::size_t>(tokens.size(), kLongestStatement)));
}

File::File(const Source& from) : source(from), script(parse_script(from.sql)) {
  tokens.reserve(script.statements.size());
  for (const auto& statement : script.statements) {
    tokens.emplace_back(statement.text);
    actions.push_back(actions_of(statement, tokens.back()));
    // Whether the block comes to it, nobody knows here.
    if (statement.is_nested)
      for (auto& action : actions.back()) action.has_if = true;
  }
}

Lock lock_of(const Action& action) {
  switch (action.kind) {
    case Kind::create_index: return action.is_concurrent ? Lock::none : Lock::writers;
    case Kind::reindex: return action.is_concurrent ? Lock::none : Lock::writers;
    case Kind::add_constraint:
      return action.is_part_of_table ? Lock::none
             : action.constraint.kind == ConstraintInfo::Kind::foreign_key ? Lock::writers_and_definitions
                                                                            : Lock::everybody;
    case Kind::create_trigger:
    case Kind::toggle_trigger: return Lock::writers_and_definitions;
    case Kind::detach_partition: return action.is_concurrent ? Lock::none : Lock::everybody;
    case Kind::refresh_view: return action.is_concurrent ? Lock::none : Lock::everybody;
    case Kind::add_column:
    case Kind::drop_column:
    case Kind::drop_constraint:
    case Kind::drop_trigger:
    case Kind::drop_table:
    case Kind::alter_type:
    case Kind::set_not_null:
    case Kind::drop_not_null:
    case Kind::set_default:
    case Kind::rewrite_table:
    case Kind::alter_table_other:
    case Kind::rename_table:
    case Kind::rename_column:
    case Kind::truncate:
    case Kind::vacuum_full:
    case Kind::cluster:
    case Kind::lock_table: return Lock::everybody;
    default: return Lock::none;
  }
}

std::string_view words_of(Lock lock) {
  switch (lock) {
    case Lock::none: return "no";
    case Lock::writers: return "a SHARE";
    case Lock::writers_and_definitions: return "a SHARE ROW EXCLUSIVE";
    case Lock::everybody: return "an ACCESS EXCLUSIVE";
  }
  return "";
}

bool is_slow(const Action& action) {
  switch (action.kind) {
    case Kind::add_constraint: return !action.constraint.is_not_valid && action.constraint.index.empty();
    case Kind::add_column:
      return action.column.is_default_volatile || action.column.is_identity || action.column.is_stored || action.column.type.is_serial;
    case Kind::create_index:
    case Kind::reindex:
    case Kind::alter_type:
    case Kind::set_not_null:
    case Kind::rewrite_table:
    case Kind::validate_constraint:
    case Kind::refresh_view:
    case Kind::vacuum_full:
    case Kind::cluster: return true;
    case Kind::update_rows:
    case Kind::delete_rows: return true;
    default: return false;
  }
}

bool is_definition(const Action& action) {
  switch (action.kind) {
    case Kind::truncate:
    case Kind::delete_rows:
    case Kind::update_rows:
    case Kind::insert_rows:
    case Kind::merge_rows:
    case Kind::select:
    case Kind::reindex:
    case Kind::vacuum:
    case Kind::vacuum_full:
    case Kind::cluster:
    case Kind::refresh_view:
    case Kind::lock_table:
    case Kind::set:
    case Kind::set_role:
    case Kind::begin:
    case Kind::commit:
    case Kind::rollback:
    case Kind::savepoint:
    case Kind::code_block:
    case Kind::call:
    case Kind::other: return false;
    default: return true;
  }
}

std::size_t Look::report(std::string_view rule_id, std::size_t position, std::string object, std::string message, std::optional<Severity> severity) {
  const auto* rule = find_rule(rule_id);
  if (rule == nullptr) throw Error(Code::internal, "no rule \"" + std::string(rule_id) + "\"");
  Finding finding;
  finding.rule = rule_id;
  finding.severity = severity.value_or(rule->severity);
  finding.location = {file.source.file, file.script.line_of(statement().offset + std::min(position, statement().text.size()))};
  finding.migration = file.source.migration;
  finding.object = std::move(object);
  finding.message = one_line(message);  // names may hold anything
  finding.statement = shorten_statement(tokens(), statement().text);
  out.findings.push_back(std::move(finding));
  return out.findings.size() - 1;
}

Question& Look::ask(std::size_t finding, Question::Kind kind, const TableName& table, const std::vector<std::string>& columns) {
  Question question;
  question.kind = kind;
  question.finding = finding;
  question.table = made.original(table);
  for (const auto& column : columns) question.columns.push_back(made.original_column(table, column));
  out.questions.push_back(std::move(question));
  return out.questions.back();
}

bool Look::comes_later(Kind kind, const TableName& object, const std::string& name) const {
  for (std::size_t i = index; i < file.actions.size(); ++i)
    for (const auto& action : file.actions[i])
      if (action.kind == kind && key_of(action.object) == key_of(object) && (name.empty() || action.name == name)) return true;
  return false;
}

}  // namespace safety::preflight
