#pragma once
// One function for each kind of question. It looks quickly first: is there any? What takes a second, longer look (how
// many, which) is left in Answer::count, which is run when every question has had its first.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/preflight/ask_session.hpp"

namespace safety::preflight {

struct Answer {
  Evidence evidence;
  /// What the finding is worth by this; nullopt: as the rule has it.
  std::optional<Severity> severity;
  /// It says nothing of the severity: that is for the finding's other questions.
  bool is_aside = false;
  /// Runs inside Session::attempt, which may end it anywhere: what `evidence` says meanwhile is true already.
  std::function<void(Session&, Answer&)> count;
};

// Each throws NoAnswer, or the server's error, where there is none.
Answer ask_duplicates(Session& session, const Question& question);
Answer ask_nulls(Session& session, const Question& question);
Answer ask_has_rows(Session& session, const Question& question);
Answer ask_affected_rows(Session& session, const Question& question, const Finding& finding);
Answer ask_orphans(Session& session, const Question& question);
Answer ask_check_violations(Session& session, const Question& question);
Answer ask_overlaps(Session& session, const Question& question);
Answer ask_casts(Session& session, const Question& question);
Answer ask_enum_in_use(Session& session, const Question& question);
Answer ask_lost_table(Session& session, const Question& question);
Answer ask_lost_column(Session& session, const Question& question);
Answer ask_cascade_reach(Session& session, const Question& question, const Finding& finding);
Answer ask_rewrite(Session& session, const Question& question, const Finding& finding);
Answer ask_blockers(Session& session, const Question& question);
Answer ask_invalid_index(Session& session, const Question& question);

// Shared by the kinds.

/// Nothing of the sort is there: a note.
Answer refuted(std::string text);
/// The migration will fail, or will lose this: an error.
Answer confirmed(std::uint64_t rows, std::string text, std::vector<std::string> samples = {});
/// The table is not there (yet).
Answer not_there(const TableName& name);

/// Rows of `from` (a FROM item, perhaps with alias) for which `condition` holds: is there one, then which and how many.
/// `show` is SQL for a sample; `words` makes the text of a count ("12 rows hold NULL").
struct Search {
  std::string from, condition, show;
  std::function<std::string(const std::string& count)> words;
  std::string none;  // the text when there is none
};
Answer search(Session& session, const Search& what);

/// First word of a statement, in capitals.
std::string first_word(const std::string& statement);

}  // namespace safety::preflight
