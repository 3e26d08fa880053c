#include "libsafety/preflight/narrow.hpp"

#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::preflight {
namespace {

class Search {
 public:
  Search(Session& session, const Table& table, const std::string& expression, const std::string& column,
         std::size_t most)
      : session_(session),
        alias_(pg::quote_identifier(table.name)),
        expression_(expression),
        column_(column),
        most_(most),
        table_(table) {}

  Narrowed run() {
    const auto leaves = session_.query(
        "WITH RECURSIVE tree(oid) AS (SELECT $1::pg_catalog.oid UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i "
        "JOIN tree ON i.inhparent = tree.oid) "
        "SELECT n.nspname, c.relname, pg_catalog.pg_relation_size(c.oid) / "
        "pg_catalog.current_setting('block_size')::int8 "
        "FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid JOIN pg_catalog.pg_namespace n ON n.oid = "
        "c.relnamespace WHERE c.relkind IN ('r', 'm')",
        {table_.oid});
    try {
      for (int row = 0; row < leaves.rows() && !is_full(); ++row) {
        from_ = fmt::format("ONLY {} AS {}", pg::quote_qualified(leaves.value(row, 0), leaves.value(row, 1)), alias_);
        narrow_pages(0, leaves.number(row, 2));
      }
      found_.is_complete = !is_full();
    } catch (const NoAnswer&) {
      if (found_.values.empty()) throw;
    }
    return std::move(found_);
  }

 private:
  bool is_full() const { return found_.values.size() >= most_; }

  /// The server's refusal, or nullopt when every row of the range can be evaluated.
  std::optional<Error> try_range(const std::string& from_tid, const std::string& to_tid) {
    auto refusal = session_.try_query(fmt::format(
        "SELECT count(CASE WHEN {}::text {} THEN NULL ELSE {} END) FROM {} WHERE {}.ctid >= '{}' AND {}.ctid < '{}'",
        column_, known_.empty() ? "IS NULL AND false" : "IN (" + known_ + ")", expression_, from_, alias_, from_tid,
        alias_, to_tid));
    // Only the data's own refusals are searched for: a timeout is none.
    if (refusal && !refusal->sqlstate().starts_with("22") && !refusal->sqlstate().starts_with("23"))
      throw NoAnswer{reason_of(*refusal, session_.options())};
    return refusal;
  }

  void narrow_pages(std::int64_t begin, std::int64_t end) {
    if (begin >= end || is_full()) return;
    const auto refusal = try_range(fmt::format("({},0)", begin), fmt::format("({},0)", end));
    if (!refusal) return;
    if (end - begin == 1) return narrow_page(begin);
    const auto middle = begin + (end - begin) / 2;
    narrow_pages(begin, middle);
    narrow_pages(middle, end);
  }

  void narrow_page(std::int64_t page) {
    const auto rows = session_.query(fmt::format(
        "SELECT (pg_catalog.string_to_array(pg_catalog.btrim({0}.ctid::text, '()'), ','))[2]::int4 FROM {1} "
        "WHERE {0}.ctid >= '({2},0)' AND {0}.ctid < '({3},0)' ORDER BY {0}.ctid",
        alias_, from_, page, page + 1));
    std::vector<std::int64_t> items;
    for (int row = 0; row < rows.rows(); ++row) items.push_back(rows.number(row, 0));
    narrow_items(page, items, 0, items.size());
  }

  void narrow_items(std::int64_t page, const std::vector<std::int64_t>& items, std::size_t begin, std::size_t end) {
    if (begin >= end || is_full()) return;
    const auto refusal =
        try_range(fmt::format("({},{})", page, items[begin]), fmt::format("({},{})", page, items[end - 1] + 1));
    if (!refusal) return;
    if (end - begin > 1) {
      const auto middle = begin + (end - begin) / 2;
      narrow_items(page, items, begin, middle);
      narrow_items(page, items, middle, end);
      return;
    }
    const auto row = session_.query(fmt::format("SELECT {}::text, {} FROM {} WHERE {}.ctid = '({},{})'", column_,
                                                session_.key_of(table_, alias_), from_, alias_, page, items[begin]));
    if (row.rows() == 0) return;
    found_.values.push_back({row.text(0, 0), row.text(0, 1), refusal->message()});
    known_ += (known_.empty() ? "" : ", ") + pg::quote_literal(row.value(0, 0));
  }

  Session& session_;
  std::string alias_, expression_, column_, from_, known_;
  std::size_t most_;
  const Table& table_;
  Narrowed found_;
};

}  // namespace

Narrowed find_unfit(Session& session, const Table& table, const std::string& expression, const std::string& column,
                    std::size_t most) {
  return Search(session, table, expression, column, most).run();
}

}  // namespace safety::preflight
