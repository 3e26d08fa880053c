#include "tests/undo/row_oracle.hpp"

#include <algorithm>
#include <map>

#include "libsafety/pg/quote.hpp"

namespace safety::undo {
namespace {

constexpr std::size_t kLongestList = 20;

constexpr const char* kColumns = R"(
SELECT c.oid, n.nspname, c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated <> '',
       coalesce(array_position(i.indkey::int2[], a.attnum), -1),
       coalesce((SELECT string_agg(e.enumlabel || E'\n', '' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid IN (t.oid, t.typelem)), '') ||
       coalesce((SELECT string_agg(m.attname || ' ' || format_type(m.atttypid, m.atttypmod) || E'\n', '' ORDER BY m.attnum)
                 FROM pg_attribute m WHERE m.attrelid = t.typrelid AND t.typtype = 'c' AND m.attnum > 0 AND NOT m.attisdropped), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', 'safety', 'safety_lost')
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", a.attnum)";

void read_rows(pg::Connection& connection, const std::string& schema, const std::string& name, SnapshotTable& table) {
  std::string list;
  for (const auto& column : table.columns) list += (list.empty() ? "" : ", ") + pg::quote_identifier(column.name);
  const auto result = connection.execute("SELECT " + list + " FROM ONLY " + pg::quote_qualified(schema, name));
  for (int row = 0; row < result.rows(); ++row) {
    auto& values = table.rows.emplace_back();
    for (int column = 0; column < static_cast<int>(table.columns.size()); ++column)
      values.push_back(result.is_null(row, column) ? std::nullopt : std::optional(result.text(row, column)));
  }
}

const SnapshotTable* find_by_name(const Snapshot& snapshot, const std::string& name) {
  const auto found = std::find_if(snapshot.begin(), snapshot.end(), [&](const auto& table) { return table.name == name; });
  return found == snapshot.end() ? nullptr : &*found;
}

/// The same table, or else the one that has its name now.
const SnapshotTable* find_successor(const Snapshot& snapshot, const SnapshotTable& table) {
  for (const auto& one : snapshot)
    if (one.oid == table.oid) return &one;
  return find_by_name(snapshot, table.name);
}

/// For each column the one that it is in `later`: the same, or else one of its name that is no other's successor; -1 without.
std::vector<int> map_columns(const SnapshotTable& table, const SnapshotTable& later) {
  std::vector<int> map(table.columns.size(), -1);
  std::set<int> taken;
  const auto assign = [&](const auto& is_it) {
    for (std::size_t i = 0; i < map.size(); ++i)
      for (std::size_t j = 0; map[i] < 0 && j < later.columns.size(); ++j)
        if (is_it(table.columns[i], later.columns[j]) && taken.insert(static_cast<int>(j)).second) map[i] = static_cast<int>(j);
  };
  if (table.oid == later.oid) assign([](const auto& a, const auto& b) { return a.number == b.number; });
  assign([](const auto& a, const auto& b) { return a.name == b.name; });
  return map;
}

/// Values of `later` are values of `then`: of the same type, which may have got labels.
bool is_same_type(const SnapshotColumn& then, const SnapshotColumn& later) {
  if (then.type != later.type || then.is_generated != later.is_generated) return false;
  if (then.labels == later.labels) return true;
  // Each old label, in order, among the new ones.
  std::size_t from = 0;
  for (std::size_t at = 0; at < then.labels.size();) {
    const auto end = then.labels.find('\n', at) + 1;
    const auto found = ("\n" + later.labels).find("\n" + then.labels.substr(at, end - at), from);
    if (found == std::string::npos) return false;
    from = found + 1;
    at = end;
  }
  return later.labels.find(' ') == std::string::npos;  // else they are a composite type's attributes
}

using Keyed = std::map<std::string, const Row*>;

std::string shown(const std::optional<std::string>& value) {
  if (!value) return "NULL";
  return value->size() > 60 ? "'" + value->substr(0, 60) + "...' (" + std::to_string(value->size()) + " bytes)" : "'" + *value + "'";
}

std::string key_of(const Row& row, const std::vector<std::size_t>& key) {
  std::string text;
  for (const auto column : key) text += (text.empty() ? "" : ", ") + (row[column] ? *row[column] : "NULL");
  return text;
}

Keyed by_key(const SnapshotTable& table, const std::vector<std::size_t>& key) {
  Keyed map;
  for (const auto& row : table.rows) map[key_of(row, key)] = &row;
  return map;
}

/// A table of a snapshot as the one of before the migration sees it.
struct Successor {
  const SnapshotTable* table = nullptr;
  std::vector<int> columns;
  Keyed rows;
  bool is_there() const { return table != nullptr; }
};

Successor succeed(const Snapshot& snapshot, const SnapshotTable& table) {
  Successor one{find_successor(snapshot, table), {}, {}};
  if (!one.is_there()) return one;
  one.columns = map_columns(table, *one.table);
  std::vector<std::size_t> key;
  for (const auto column : table.key) {
    if (one.columns[column] < 0) return {};  // another table that has its name
    key.push_back(static_cast<std::size_t>(one.columns[column]));
  }
  if (!key.empty()) one.rows = by_key(*one.table, key);
  return one;
}

class TableJudge {
 public:
  TableJudge(const States& states, const Allowances& allowances, const SnapshotTable& before, std::vector<std::string>& wrong)
      : allowances_(allowances), before_(before), wrong_(wrong), migrated_(succeed(states.migrated, before)),
        written_(succeed(states.written, before)), undone_(find_by_name(states.undone, before.name)) {}

  void judge() {
    if (undone_ == nullptr) return complain("is not there");
    for (std::size_t i = 0; i < before_.columns.size(); ++i)
      if (undone_->columns.size() != before_.columns.size() || undone_->columns[i].name != before_.columns[i].name)
        return complain("has other columns");
    if (!written_.is_there())
      judge_table_that_was_gone();
    else if (before_.key.empty())
      judge_rows_without_key();
    else
      judge_rows();
  }

 private:
  void complain(const std::string& what) {
    if (wrong_.size() < kLongestList) wrong_.push_back(before_.name + " " + what);
  }

  bool is_filled(std::size_t column) const { return allowances_.fills.contains(before_.name + "." + before_.columns[column].name); }

  void expect_value(const std::string& key, std::size_t column, const std::optional<std::string>& found, const std::optional<std::string>& expected,
                    const char* why) {
    if (found != expected) complain("[" + key + "]." + before_.columns[column].name + " is " + shown(found) + ", not " + shown(expected) + ": " + why);
  }

  /// Rows that are there now: those written since with what they have, the older ones with what they had or were given.
  void judge_row(const std::string& key, const Row& written, const Row* before, const Row& undone) {
    for (std::size_t i = 0; i < before_.columns.size(); ++i) {
      if (before_.columns[i].is_generated) continue;
      const int now = written_.columns[i];
      if (now < 0) {
        if (before != nullptr && !allowances_.is_of_orphans) expect_value(key, i, undone[i], (*before)[i], "its value of the checkpoint");
        continue;
      }
      const auto& value = written[static_cast<std::size_t>(now)];
      if (is_same_type(before_.columns[i], written_.table->columns[static_cast<std::size_t>(now)])) {
        if (value || !is_filled(i)) expect_value(key, i, undone[i], value, "its value now");
        continue;
      }
      const auto migrated = migrated_.rows.find(key);
      if (before == nullptr || migrated == migrated_.rows.end() || migrated_.columns[i] < 0) continue;
      if ((*migrated->second)[static_cast<std::size_t>(migrated_.columns[i])] == value)
        expect_value(key, i, undone[i], (*before)[i], "its value of the checkpoint, since nobody changed it");
    }
  }

  void judge_rows() {
    const auto before = by_key(before_, before_.key), undone = by_key(*undone_, before_.key);
    const bool restores = allowances_.restores_rows_of.contains(before_.name);
    for (const auto& [key, row] : written_.rows) {
      const auto then = before.find(key), now = undone.find(key);
      if (now == undone.end())
        complain("[" + key + "] is gone");
      else
        judge_row(key, *row, then == before.end() ? nullptr : then->second, *now->second);
    }
    for (const auto& [key, row] : undone) {
      if (written_.rows.contains(key)) continue;
      const auto then = before.find(key);
      if (then == before.end())
        complain("[" + key + "] was never there");
      else if (!restores)
        complain("[" + key + "] is there again, which was deleted since");
      else
        expect_same_row(key, *then->second, *row);
    }
    for (const auto& [key, row] : before)
      if (restores && !undone.contains(key)) complain("[" + key + "] did not come back");
  }

  void expect_same_row(const std::string& key, const Row& expected, const Row& found) {
    for (std::size_t i = 0; i < before_.columns.size(); ++i)
      if (!before_.columns[i].is_generated) expect_value(key, i, found[i], expected[i], "its value of the checkpoint");
  }

  void judge_table_that_was_gone() {
    auto expected = before_.rows, found = undone_->rows;
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    if (!allowances_.is_of_orphans && expected != found)
      complain("has " + std::to_string(found.size()) + " rows, not the checkpoint's " + std::to_string(expected.size()) + ", or other values");
  }

  /// As wholes, where nothing happened to their columns; else it is for the case's checks.
  void judge_rows_without_key() {
    std::vector<Row> expected;
    for (std::size_t i = 0; i < before_.columns.size(); ++i)
      if (written_.columns[i] < 0 || !is_same_type(before_.columns[i], written_.table->columns[static_cast<std::size_t>(written_.columns[i])])) return;
    for (const auto& row : written_.table->rows) {
      auto& one = expected.emplace_back();
      for (const auto column : written_.columns) one.push_back(row[static_cast<std::size_t>(column)]);
    }
    auto found = undone_->rows;
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    if (expected != found) complain("has other rows than were there (" + std::to_string(found.size()) + ", not " + std::to_string(expected.size()) + ")");
  }

  const Allowances& allowances_;
  const SnapshotTable& before_;
  std::vector<std::string>& wrong_;
  Successor migrated_, written_;
  const SnapshotTable* undone_;
};

}  // namespace

Snapshot read_snapshot(pg::Connection& connection) {
  pg::use_dump_settings(connection);
  connection.execute("SET search_path = pg_catalog; SET TimeZone = 'UTC'");
  Snapshot snapshot;
  std::vector<std::pair<std::string, std::string>> names;
  const auto columns = connection.execute(kColumns);
  for (int row = 0; row < columns.rows(); ++row) {
    if (snapshot.empty() || snapshot.back().oid != columns.number(row, 0)) {
      names.emplace_back(columns.text(row, 1), columns.text(row, 2));
      snapshot.push_back({columns.number(row, 0), columns.text(row, 1) + "." + columns.text(row, 2), {}, {}, {}});
    }
    auto& table = snapshot.back();
    if (columns.number(row, 7) >= 0) table.key.push_back(table.columns.size());
    table.columns.push_back({static_cast<int>(columns.number(row, 3)), columns.text(row, 4), columns.text(row, 5), columns.text(row, 8), columns.is_true(row, 6)});
  }
  for (std::size_t i = 0; i < snapshot.size(); ++i) read_rows(connection, names[i].first, names[i].second, snapshot[i]);
  return snapshot;
}

std::vector<std::string> find_wrong_rows(const States& states, const Allowances& allowances) {
  std::vector<std::string> wrong;
  for (const auto& table : states.before) TableJudge(states, allowances, table, wrong).judge();
  for (const auto& table : states.undone)
    if (find_by_name(states.before, table.name) == nullptr) wrong.push_back(table.name + " is still there");
  return wrong;
}

std::vector<std::string> find_differences(const Snapshot& a, const Snapshot& b) {
  std::vector<std::string> differences;
  for (const auto& table : a) {
    const auto* other = find_by_name(b, table.name);
    if (other == nullptr) {
      differences.push_back(table.name + " is gone");
      continue;
    }
    auto rows = table.rows, others = other->rows;
    std::sort(rows.begin(), rows.end());
    std::sort(others.begin(), others.end());
    if (rows != others) differences.push_back(table.name + " has other rows");
  }
  for (const auto& table : b)
    if (find_by_name(a, table.name) == nullptr) differences.push_back(table.name + " is new");
  return differences;
}

}  // namespace safety::undo
