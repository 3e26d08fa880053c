#include "libsafety/preflight/check.hpp"

#include <chrono>

#include "libsafety/preflight/look.hpp"
#include "libsafety/preflight/rules.hpp"
#include "libsafety/preflight/suppressions.hpp"

namespace safety::preflight {
namespace {

using Kind = Action::Kind;

Run::Sent sent_of(const Source& source, const CheckOptions& options) {
  if (options.may_be_split && source.tool != "drizzle") return Run::Sent::one_by_one;
  return source.tool.empty() ? Run::Sent::unknown : Run::Sent::in_a_transaction;
}

/// What a statement changes for those behind it in the same transaction, and in the same session.
void note(Run& run, const Action& action, const Made& made) {
  switch (action.kind) {
    case Kind::begin: run.is_in_block = true; break;
    case Kind::commit:
    case Kind::rollback:
      run.is_in_block = false;
      run.locked.clear();
      run.new_labels.clear();
      break;
    case Kind::add_enum_value:
      if (run.is_in_transaction() && made.new_enum(action.object) == nullptr) run.new_labels.insert(action.new_name);
      break;
    case Kind::set:
      if (action.name == "lock_timeout") run.has_lock_timeout = !action.new_name.empty() && action.new_name != "0";
      if (action.name == "statement_timeout") run.has_statement_timeout = !action.new_name.empty() && action.new_name != "0";
      if (action.name == "search_path") run.has_search_path = !action.new_name.empty();
      break;
    default: break;
  }
  if (run.is_in_transaction() && lock_of(action) == Lock::everybody && !action.object.name.empty() && !made.is_new(action.object))
    run.locked.insert(key_of(action.object));
}

class Checker {
 public:
  explicit Checker(const CheckOptions& options) : options_(options) {}

  void look_at(const Source& source) {
    const auto first = out_.findings.size();
    const File file(source);
    Run run;
    run.sent = sent_of(source, options_);
    // A SET of an earlier file holds for the session, which the tool keeps.
    run.has_lock_timeout = has_lock_timeout_;
    run.has_statement_timeout = has_statement_timeout_;
    Look look{options_, file, 0, made_, run, out_};
    for (; look.index < file.script.statements.size(); ++look.index) {
      if (!look.statement().is_nested) ++out_.statements;
      check_statement(look);
      for (const auto& action : file.actions[look.index]) look_at(look, action);
    }
    check_end_of_file(look);
    if (file.script.statements.empty()) add_empty(source);
    apply_suppressions(file.script, source.file, source.migration, first, out_.findings);
  }

  Checked finish() {
    for (auto& finding : out_.findings)
      if (finding.allowed.empty() && options_.allow.contains(finding.rule)) finding.allowed = "allowed by the configuration";
    return std::move(out_);
  }

 private:
  void look_at(Look& look, const Action& action) {
    check_data_loss(look, action);
    check_may_fail(look, action);
    check_locks(look, action);
    check_robustness(look, action);
    if (!made_.is_new(action.object)) look.run.on_existing.insert(look.index);
    note(look.run, action, made_);
    made_.apply(action);
    if (action.kind == Kind::set && !action.is_local) {
      has_lock_timeout_ = look.run.has_lock_timeout;
      has_statement_timeout_ = look.run.has_statement_timeout;
    }
  }

  void add_empty(const Source& source) {
    Finding finding;
    finding.rule = "empty-migration";
    finding.severity = find_rule(finding.rule)->severity;
    finding.location = {source.file, 0};
    finding.migration = source.migration;
    finding.message = "holds no statement, and will be noted as applied";
    out_.findings.push_back(std::move(finding));
  }

  const CheckOptions& options_;
  Made made_;
  bool has_lock_timeout_ = false, has_statement_timeout_ = false;
  Checked out_;
};

}  // namespace

Checked check(const std::vector<Source>& sources, const CheckOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  Checker checker(options);
  for (const auto& source : sources) checker.look_at(source);
  auto checked = checker.finish();
  checked.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return checked;
}

}  // namespace safety::preflight
