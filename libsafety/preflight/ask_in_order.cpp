// In which order the questions are put, and what the answers make of the findings.
#include "libsafety/preflight/ask.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "libsafety/base/text.hpp"
#include "libsafety/preflight/ask_kinds.hpp"

namespace safety::preflight {
namespace {

using QuestionKind = Question::Kind;

/// The worst first, as long as nobody has looked: what is lost comes before what fails, and that before what is slow.
int rank_of(QuestionKind kind) {
  switch (kind) {
    case QuestionKind::cascade_reach:
      return 0;
    case QuestionKind::lost_table:
      return 1;
    case QuestionKind::lost_column:
      return 2;
    // The catalog alone answers these first, at once.
    case QuestionKind::invalid_index:
      return 3;
    case QuestionKind::blockers:
      return 3;
    case QuestionKind::has_rows:
      return 4;
    case QuestionKind::nulls:
      return 5;
    case QuestionKind::enum_in_use:
      return 6;
    case QuestionKind::orphans:
      return 7;
    case QuestionKind::check_violations:
      return 8;
    case QuestionKind::casts:
      return 9;
    case QuestionKind::duplicates:
      return 10;
    case QuestionKind::overlaps:
      return 11;
    case QuestionKind::rewrite:
      return 3;
    case QuestionKind::affected_rows:
      return 12;
  }
  return 13;
}

std::string words_of(QuestionKind kind) {
  switch (kind) {
    case QuestionKind::duplicates:
      return "duplicates";
    case QuestionKind::nulls:
      return "NULLs";
    case QuestionKind::has_rows:
      return "rows";
    case QuestionKind::orphans:
      return "rows without parent";
    case QuestionKind::casts:
      return "values that do not fit the type";
    case QuestionKind::check_violations:
      return "rows against the check";
    case QuestionKind::overlaps:
      return "rows that exclude each other";
    case QuestionKind::enum_in_use:
      return "uses of the value";
    case QuestionKind::lost_table:
      return "rows that are lost";
    case QuestionKind::lost_column:
      return "values that are lost";
    case QuestionKind::cascade_reach:
      return "the reach of CASCADE";
    case QuestionKind::affected_rows:
      return "rows that are touched";
    case QuestionKind::rewrite:
      return "size and time";
    case QuestionKind::blockers:
      return "transactions in the way";
    case QuestionKind::invalid_index:
      return "invalid indexes";
  }
  return "";
}

/// "public.users (email)".
std::string subject_of(const Question& question) {
  std::string text =
      question.table.schema.empty() ? question.table.name : question.table.schema + "." + question.table.name;
  if (text.empty()) text = question.type;
  if (!question.columns.empty()) text += " (" + join(question.columns, ", ") + ")";
  return text;
}

Answer put(Session& session, const Question& question, const Finding& finding) {
  switch (question.kind) {
    case QuestionKind::duplicates:
      return ask_duplicates(session, question);
    case QuestionKind::nulls:
      return ask_nulls(session, question);
    case QuestionKind::has_rows:
      return ask_has_rows(session, question);
    case QuestionKind::orphans:
      return ask_orphans(session, question);
    case QuestionKind::casts:
      return ask_casts(session, question);
    case QuestionKind::check_violations:
      return ask_check_violations(session, question);
    case QuestionKind::overlaps:
      return ask_overlaps(session, question);
    case QuestionKind::enum_in_use:
      return ask_enum_in_use(session, question);
    case QuestionKind::lost_table:
      return ask_lost_table(session, question);
    case QuestionKind::lost_column:
      return ask_lost_column(session, question);
    case QuestionKind::cascade_reach:
      return ask_cascade_reach(session, question, finding);
    case QuestionKind::affected_rows:
      return ask_affected_rows(session, question, finding);
    case QuestionKind::rewrite:
      return ask_rewrite(session, question, finding);
    case QuestionKind::blockers:
      return ask_blockers(session, question);
    case QuestionKind::invalid_index:
      return ask_invalid_index(session, question);
  }
  throw Error(Code::internal, "a question of no kind");
}

/// Two that say the same of the data are one question: a table that many statements touch is looked at once.
std::string identity_of(const Question& question, const Finding& finding) {
  const bool goes_by_statement =
      question.kind == QuestionKind::affected_rows || question.kind == QuestionKind::cascade_reach || question.kind == QuestionKind::rewrite;
  std::vector<std::string> parts{fmt::format("{}", static_cast<int>(question.kind)),
                                 question.table.schema,
                                 question.table.name,
                                 question.expression,
                                 question.predicate,
                                 question.nulls_are_equal ? "equal" : "",
                                 question.other.schema,
                                 question.other.name,
                                 question.type,
                                 goes_by_statement ? finding.rule + finding.statement : ""};
  for (const auto* list : {&question.columns, &question.expressions, &question.other_columns, &question.labels})
    parts.push_back(fmt::format("{}{}", list->size(), join(*list, "\1")));
  return join(parts, "\2");
}

/// The server met a value that the expression cannot be evaluated for: so will the migration.
bool fails_on_data(const NoAnswer& none) {
  return none.sqlstate.starts_with("22");
}

Answer without_answer(const NoAnswer& none, const AskOptions& options) {
  // The server's words repeat the value: they are a sample.
  if (fails_on_data(none))
    return confirmed(1, "evaluating it fails on a row",
                     options.samples > 0 ? std::vector{none.why} : std::vector<std::string>{});
  Answer answer;
  answer.evidence.state = Evidence::State::unknown;
  answer.evidence.text = "not looked at: " + none.why;
  return answer;
}

int weight_of(Evidence::State state) {
  switch (state) {
    case Evidence::State::not_asked:
      return 0;
    case Evidence::State::refuted:
      return 1;
    case Evidence::State::unknown:
      return 2;
    case Evidence::State::confirmed:
      return 3;
  }
  return 0;
}

/// Several questions may be about one finding: the worst answer leads, and all are told.
void merge(Evidence& whole, const Evidence& part) {
  if (weight_of(part.state) > weight_of(whole.state)) {
    whole.state = part.state;
    whole.rows = part.rows;
    whole.text = whole.text.empty() ? part.text : part.text + "; " + whole.text;
  } else {
    whole.text += (whole.text.empty() || part.text.empty() ? "" : "; ") + part.text;
  }
  whole.samples.insert(whole.samples.end(), part.samples.begin(), part.samples.end());
}

void settle(const std::vector<Question>& questions, const std::vector<Answer>& answers,
            std::vector<Finding>& findings) {
  for (std::size_t at = 0; at < findings.size(); ++at) {
    auto& finding = findings[at];
    std::optional<Severity> settled;
    bool has_open = false;  // an answer that leaves the rule's own severity
    for (std::size_t number = 0; number < questions.size(); ++number) {
      if (questions[number].finding != at) continue;
      merge(finding.evidence, answers[number].evidence);
      if (answers[number].is_aside) continue;
      if (const auto& severity = answers[number].severity)
        settled = settled ? std::max(*settled, *severity) : *severity;
      else
        has_open = true;
    }
    // Another tool's table is no matter of rows: its service breaks without the empty one, too.
    has_open = has_open || finding.rule == "foreign-object-drop";
    if (settled) finding.severity = has_open ? std::max(*settled, finding.severity) : *settled;
  }
}

}  // namespace

Asked ask(const Context& context, const pg::ConnectionInfo& info, const std::vector<Question>& questions,
          std::vector<Finding>& findings, const AskOptions& options) {
  Asked asked;
  if (questions.empty()) return asked;
  const auto begin = std::chrono::steady_clock::now();
  Session session(context, info, options);

  std::vector<Answer> answers(questions.size());
  std::map<std::string, std::size_t> first_of;         // identity -> position
  std::vector<std::size_t> same_as(questions.size());  // the position whose answer is this one's, too
  std::vector<std::size_t> order;
  for (std::size_t at = 0; at < questions.size(); ++at) {
    same_as[at] = first_of.emplace(identity_of(questions[at], findings.at(questions[at].finding)), at).first->second;
    if (same_as[at] == at) order.push_back(at);
  }
  std::map<std::string, std::int64_t> pages;
  session.attempt([&] { pages = session.table_pages(); });
  const auto key = [&](std::size_t at) {
    const auto& finding = findings[questions[at].finding];
    const auto size = pages.find(questions[at].table.name);
    return std::tuple(!finding.allowed.empty(), -static_cast<int>(finding.severity), rank_of(questions[at].kind),
                      size == pages.end() ? 0 : size->second, at);
  };
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return key(a) < key(b); });

  const auto not_looked_at = [&](const Question& question, const std::string& what, const std::string& why) {
    asked.not_looked_at.push_back(fmt::format("{}: {}: {}", subject_of(question), what, why));
  };
  // First is there any, for all of them; then how many and which, as far as the time goes.
  for (const auto at : order) {
    const auto& question = questions[at];
    const auto none = session.attempt([&] { answers[at] = put(session, question, findings[question.finding]); });
    if (none) answers[at] = without_answer(*none, options);
    if (answers[at].evidence.state == Evidence::State::unknown)
      not_looked_at(question, words_of(question.kind), none->why);
    else
      ++asked.answered;
  }
  for (const auto at : order) {
    auto& answer = answers[at];
    if (!answer.count) continue;
    const auto none = session.attempt([&] { answer.count(session, answer); });
    if (none && !fails_on_data(*none))
      not_looked_at(questions[at], words_of(questions[at].kind) + " were found, but not counted to the end", none->why);
  }
  for (std::size_t at = 0; at < questions.size(); ++at)
    if (same_as[at] != at) answers[at] = answers[same_as[at]];
  settle(questions, answers, findings);
  asked.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return asked;
}

}  // namespace safety::preflight
