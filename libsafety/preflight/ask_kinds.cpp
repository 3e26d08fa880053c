#include "libsafety/preflight/ask_kinds.hpp"

#include <fmt/format.h>

#include <cctype>

#include "libsafety/base/text.hpp"

namespace safety::preflight {

Answer refuted(std::string text) {
  Answer answer;
  answer.evidence.state = Evidence::State::refuted;
  answer.evidence.text = std::move(text);
  answer.severity = Severity::note;
  return answer;
}

Answer confirmed(std::uint64_t rows, std::string text, std::vector<std::string> samples) {
  Answer answer;
  answer.evidence = {Evidence::State::confirmed, rows, std::move(samples), std::move(text)};
  answer.severity = Severity::error;
  return answer;
}

Answer not_there(const TableName& name) {
  Answer answer;
  answer.evidence.text = fmt::format("there is no table {}{}{} in the database yet", name.schema,
                                     name.schema.empty() ? "" : ".", name.name);
  return answer;
}

Answer search(Session& session, const Search& what) {
  const auto first =
      session.query(fmt::format("SELECT {} FROM {} WHERE {} LIMIT 1", what.show, what.from, what.condition));
  if (first.rows() == 0) return refuted(what.none);
  auto answer = confirmed(1, what.words("at least 1 row"), {one_line(first.value(0, 0))});
  if (session.options().samples == 0) answer.evidence.samples.clear();
  answer.count = [what](Session& again, Answer& known) {
    const auto wanted = again.options().samples;
    if (wanted > 0) {
      const auto rows = again.query(
          fmt::format("SELECT {} FROM {} WHERE {} LIMIT {}", what.show, what.from, what.condition, wanted + 1));
      known.evidence.samples.clear();
      for (int row = 0; row < rows.rows() && row < static_cast<int>(wanted); ++row)
        known.evidence.samples.push_back(one_line(rows.value(row, 0)));
      known.evidence.rows = static_cast<std::uint64_t>(rows.rows());
      known.evidence.text = what.words("at least " + format_plural(known.evidence.rows, "row"));
      if (rows.rows() <= static_cast<int>(wanted)) {  // these were all
        known.evidence.text = what.words(format_plural(known.evidence.rows, "row"));
        return;
      }
    }
    const auto counted = again.query(fmt::format("SELECT count(*) FROM {} WHERE {}", what.from, what.condition));
    known.evidence.rows = static_cast<std::uint64_t>(counted.number(0, 0));
    known.evidence.text = what.words(format_plural(known.evidence.rows, "row"));
  };
  return answer;
}

std::string first_word(const std::string& statement) {
  std::string word;
  for (const char c : trim(statement)) {
    if (std::isalpha(static_cast<unsigned char>(c)) == 0) break;
    word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return word;
}

}  // namespace safety::preflight
