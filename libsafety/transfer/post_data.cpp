#include "libsafety/transfer/post_data.hpp"

#include <algorithm>

namespace safety::transfer {
namespace {

using Kind = archive::StatementClass::Kind;

// Partitions and inheritance children are locked along with their parents: one name stands for the whole tree.
std::map<std::string, std::string> read_tree_roots(pg::Connection& connection) {
  std::map<std::string, std::string> roots;
  const auto rows = connection.execute(
      "WITH RECURSIVE tree AS (SELECT i.inhrelid AS child, i.inhparent AS root FROM pg_catalog.pg_inherits i "
      "JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid WHERE c.relkind IN ('r', 'p', 'f') "
      "UNION SELECT t.child, i.inhparent FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhrelid = t.root) "
      "SELECT pg_catalog.format('%s.%s', '\"' || replace(n.nspname, '\"', '\"\"') || '\"', '\"' || replace(c.relname, '\"', '\"\"') || '\"'), "
      "min(t.root::int8)::text FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.child "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_inherits p WHERE p.inhrelid = t.root) GROUP BY 1 "
      "UNION ALL SELECT pg_catalog.format('%s.%s', '\"' || replace(n.nspname, '\"', '\"\"') || '\"', '\"' || replace(c.relname, '\"', '\"\"') || '\"'), "
      "c.oid::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE EXISTS (SELECT FROM pg_catalog.pg_inherits p WHERE p.inhparent = c.oid) "
      "AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits p WHERE p.inhrelid = c.oid)");
  for (int row = 0; row < rows.rows(); ++row) roots[rows.text(row, 0)] = "tree " + rows.text(row, 1);
  return roots;
}

void run_one(pg::Connection& connection, PostStatement& post, const ScriptOptions& options) {
  if (!post.setting.empty()) connection.execute(post.setting);
  run_statement(connection, post.statement, options);
  post.is_done = true;
}

/// Adds a foreign key that holds for new rows only; what is left of the statement checks the rows that are there.
void add_unchecked(pg::Connection& connection, PostStatement& post, const ScriptOptions& options) {
  auto add = post.statement;
  add.text.insert(add.text.find_last_of(';'), " NOT VALID");
  run_statement(connection, add, options);
  post.statement.text = "ALTER TABLE " + post.parsed.table + " VALIDATE CONSTRAINT " + post.parsed.name + ";";
}

}  // namespace

std::vector<PostStatement> parse_post_data(const std::string& text, const ScriptOptions& options) {
  std::vector<PostStatement> statements;
  archive::SqlScript script{std::string_view(text)};
  std::string setting;
  while (auto statement = script.next()) {
    if (archive::setting_of(statement->text) == "default_tablespace") {
      setting = statement->text;
      continue;
    }
    if (statement->kind != archive::Statement::Kind::sql || is_left_out(statement->text, options)) continue;
    auto parsed = archive::classify(statement->text);
    statements.push_back({std::move(*statement), std::move(parsed), setting});
  }
  // Event triggers must not fire on our own work, REFRESH MATERIALIZED VIEW above all: they come last.
  std::stable_partition(statements.begin(), statements.end(), [](const PostStatement& post) {
    return post.statement.toc_type != "EVENT TRIGGER" && !post.statement.toc_name.starts_with("EVENT TRIGGER ");
  });
  return statements;
}

bool can_be_early(const PostStatement& post, const std::function<bool(const std::string&)>& is_plain_table) {
  return (post.parsed.kind == Kind::create_index || post.parsed.kind == Kind::table_constraint) &&
         is_plain_table(post.parsed.table);
}

void run_early(pg::Connection& connection, PostStatement& post, const ScriptOptions& options) {
  try {
    run_one(connection, post, options);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    const bool misses_something = error.sqlstate().starts_with("42");
    if (connection.is_broken() || !misses_something) throw;
  }
}

void run_rest(const Context& context, std::vector<pg::Connection>& connections, std::vector<PostStatement>& statements,
              const ScriptOptions& options, const std::function<std::uint64_t(const std::string&)>& bytes_of_table) {
  const auto roots = read_tree_roots(connections.front());
  auto lock_name = [&](const std::string& table) {
    const auto found = roots.find(table);
    return found == roots.end() ? table : found->second;
  };
  for (std::size_t at = 0; at < statements.size(); ++at) {
    if (statements[at].is_done) continue;
    std::vector<os::Task> keys;
    for (; at < statements.size() && statements[at].parsed.kind == Kind::foreign_key; ++at) {
      auto& post = statements[at];
      if (post.is_done) continue;
      const auto& from = post.parsed.table;
      const auto& to = post.parsed.referenced_table;
      std::vector<std::string> locked{lock_name(from)};
      // A partitioned table takes no unchecked key, and the copies of a key to one are never checked later.
      const bool can_split = post.parsed.is_checked && !roots.contains(from) && !roots.contains(to);
      if (can_split) add_unchecked(connections.front(), post, options);
      else locked.push_back(lock_name(to));
      keys.push_back({[&connections, &post, &options](const Context&, unsigned worker) {
                        run_one(connections[worker], post, options);
                      },
                      bytes_of_table(from),
                      {},
                      {},
                      std::move(locked)});
    }
    if (!keys.empty()) {
      os::run_tasks(context, static_cast<unsigned>(connections.size()), keys);
      --at;
      continue;
    }
    context.throw_if_stopped();
    run_one(connections.front(), statements[at], options);
  }
}

}  // namespace safety::transfer
