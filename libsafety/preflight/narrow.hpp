#pragma once
// Which rows are they for which an expression cannot be evaluated? SQL of a production database has no try: a statement
// that meets one such row fails as a whole. So the rows are halved, by ranges of pages and then within a page, with a
// savepoint around each try.

#include <cstdint>
#include <string>
#include <vector>

#include "libsafety/preflight/ask_session.hpp"

namespace safety::preflight {

struct Unfit {
  std::string value, key, refusal;  // the column's value, its row, the server's words
};

struct Narrowed {
  std::vector<Unfit> values;  // each value once
  bool is_complete = false;   // there are no others
};

/// `column` is SQL for the value that the expression is made of: a value that was found is stepped over from then on.
/// Looks at the table's partitions and children, too. Ends early after `most` values. Throws NoAnswer out of time with
/// nothing found.
Narrowed find_unfit(Session& session, const Table& table, const std::string& expression, const std::string& column,
                    std::size_t most);

}  // namespace safety::preflight
