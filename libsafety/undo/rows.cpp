#include "libsafety/undo/rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/archive/reader.hpp"
#include "libsafety/archive/sql_script.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::undo {
namespace {

class DatabaseRows final : public CheckpointRows {
 public:
  explicit DatabaseRows(pg::Connection& origin) : origin_(origin) {}

  std::uint64_t read(const Table& table, const std::vector<const Column*>& columns, const RowSink& sink, std::uint64_t most) override {
    std::vector<std::string> names;
    for (const auto* column : columns) names.push_back(column->quoted);
    // A query, since COPY of a table takes no generated columns and no partitioned table.
    return origin_.copy_out(fmt::format("COPY (SELECT {} FROM {}{}) TO STDOUT", join(names, ", "), table.own_rows(),
                                        most == kAllRows ? "" : fmt::format(" LIMIT {}", most)), sink);
  }

  std::uint64_t count(const Table& table) override {
    return static_cast<std::uint64_t>(std::stoull(origin_.value_of(fmt::format("SELECT count(*) FROM {}", table.own_rows()))));
  }

  std::vector<std::string> set_sequences(const std::vector<std::string>& names) override {
    std::vector<std::string> statements;
    for (const auto& name : names) {
      const auto row = origin_.execute("SELECT last_value, is_called FROM " + name);
      statements.push_back(fmt::format("SELECT pg_catalog.setval({}, {}, {})", pg::quote_literal(name), row.value(0, 0), row.is_true(0, 1) ? "true" : "false"));
    }
    return statements;
  }

 private:
  pg::Connection& origin_;
};

class ArchiveRows final : public CheckpointRows {
 public:
  ArchiveRows(const Context& context, const std::filesystem::path& path) : context_(context), reader_(archive::Reader::open(context, path)), decompressor_(reader_.codec()) {}

  /// Partitions of the tables that are asked for.
  void know(const Catalog& catalog) {
    for (const auto& [oid, table] : catalog.tables)
      if (table.is_partition())
        for (const auto parent : table.parents) children_.push_back({parent, &table});
  }

  std::uint64_t read(const Table& table, const std::vector<const Column*>& columns, const RowSink& sink, std::uint64_t most) override {
    std::uint64_t rows = 0;
    for (const auto at : parts_of(table)) {
      const auto places = places_of(reader_.index().tables[at], columns);
      for (const auto& frame : reader_.index().frames) {
        if (rows >= most || frame.role != archive::Role::rows || frame.table != static_cast<std::int32_t>(at)) continue;
        context_.throw_if_stopped();
        reader_.read_frame(frame, decompressor_, plain_);
        hand_on(places, sink, rows, most);
      }
    }
    return rows;
  }

  std::uint64_t count(const Table& table) override {
    std::uint64_t rows = 0;
    for (const auto at : parts_of(table)) rows += reader_.index().tables[at].rows;
    return rows;
  }

  std::vector<std::string> set_sequences(const std::vector<std::string>& names) override {
    std::vector<std::string> statements;
    const auto script = reader_.read_all(archive::Role::sequences);
    archive::SqlScript all{std::string_view(script)};
    while (auto statement = all.next())
      for (const auto& name : names) {
        // Archives quote every part of a name.
        const auto dot = split_at_dot(name);
        if (statement->text.find(pg::quote_literal(dot)) == std::string::npos && statement->text.find(pg::quote_literal(name)) == std::string::npos) continue;
        statement->text.pop_back();
        statements.push_back(statement->text);
      }
    return statements;
  }

 private:
  static std::string split_at_dot(const std::string& name) {
    std::vector<std::string> parts(1);
    bool is_quoted = false;
    for (const char c : name) {
      if (c == '"') is_quoted = !is_quoted;
      if (c == '.' && !is_quoted)
        parts.emplace_back();
      else
        parts.back() += c;
    }
    for (auto& part : parts)
      if (!part.starts_with('"')) part = "\"" + part + "\"";
    return join(parts, ".");
  }

  /// The tables of the archive that hold its rows: itself, or, when they went in through it, its partitions.
  std::vector<std::size_t> parts_of(const Table& table) const {
    std::vector<std::size_t> parts;
    const auto& tables = reader_.index().tables;
    for (std::size_t at = 0; at < tables.size(); ++at) {
      if (tables[at].schema != table.schema || tables[at].name != table.name) continue;
      if (tables[at].is_data_excluded)
        throw Error(Code::no_such_checkpoint, fmt::format("the archive left out the rows of table {}", table.quoted),
                    "Take a checkpoint that has them (`safety-list --tables ID`), or another strategy.");
      parts.push_back(at);
    }
    if (table.kind == 'p')
      for (const auto& child : children_)
        if (child.first == table.oid)
          for (const auto at : parts_of(*child.second)) parts.push_back(at);
    return parts;
  }

  static std::vector<std::size_t> places_of(const archive::Table& table, const std::vector<const Column*>& columns) {
    std::vector<std::size_t> places;
    for (const auto* column : columns) {
      const auto found = std::find(table.columns.begin(), table.columns.end(), column->name);
      if (found == table.columns.end()) throw Error(Code::archive_damaged, fmt::format("the archive's table {}.{} has no column {}", table.schema, table.name, column->name));
      places.push_back(static_cast<std::size_t>(found - table.columns.begin()));
    }
    return places;
  }

  /// Fields of COPY text stand between tabs, which no value holds.
  void hand_on(const std::vector<std::size_t>& places, const RowSink& sink, std::uint64_t& rows, std::uint64_t most) {
    std::vector<std::string_view> fields;
    std::string line;
    std::size_t begin = 0;
    while (begin < plain_.size() && rows < most) {
      const auto end = plain_.find('\n', begin);
      std::string_view rest = std::string_view(plain_).substr(begin, end - begin);
      fields.clear();
      for (;;) {
        const auto tab = rest.find('\t');
        fields.push_back(rest.substr(0, tab));
        if (tab == std::string_view::npos) break;
        rest.remove_prefix(tab + 1);
      }
      line.clear();
      for (std::size_t at = 0; at < places.size(); ++at) {
        if (at > 0) line += '\t';
        line += fields.at(places[at]);
      }
      line += '\n';
      ++rows;
      sink(line);
      begin = end + 1;
    }
  }

  const Context& context_;
  archive::Reader reader_;
  archive::Decompressor decompressor_;
  std::string plain_;
  std::vector<std::pair<std::uint32_t, const Table*>> children_;
};

}  // namespace

std::unique_ptr<CheckpointRows> rows_of_database(pg::Connection& origin) { return std::make_unique<DatabaseRows>(origin); }

std::unique_ptr<CheckpointRows> rows_of_archive(const Context& context, const std::filesystem::path& path, const Catalog& catalog) {
  auto rows = std::make_unique<ArchiveRows>(context, path);
  rows->know(catalog);
  return rows;
}

}  // namespace safety::undo
