#include "libsafety/transfer/database_properties.hpp"

#include <fmt/format.h>

#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::transfer {
namespace {

// Settings whose stored value is already a quoted list, as the server's GUC_LIST_QUOTE flag says (guc.c).
bool holds_quoted_list(std::string_view name) {
  static const std::set<std::string, std::less<>> names{"local_preload_libraries", "search_path", "session_preload_libraries",
                                                        "shared_preload_libraries", "temp_tablespaces",
                                                        "unix_socket_directories"};
  return names.contains(name);
}

/// `"a b", c` as `'a b', 'c'`. Why not the stored text: an empty name, stored as "", is no identifier that SET takes.
std::string literals_of_list(std::string_view stored) {
  std::string literals, item;
  bool is_quoted = false;
  const auto finish_item = [&] {
    literals += (literals.empty() ? "" : ", ") + pg::quote_literal(item);
    item.clear();
  };
  for (std::size_t at = 0; at < stored.size(); ++at) {
    const char c = stored[at];
    if (c == '"' && is_quoted && at + 1 < stored.size() && stored[at + 1] == '"')
      item += stored[++at];
    else if (c == '"')
      is_quoted = !is_quoted;
    else if (c == ',' && !is_quoted)
      finish_item();
    else if (c != ' ' || is_quoted)
      item += c;
  }
  finish_item();
  return literals;
}

std::string set_clause(const std::string& name, const std::string& value) {
  std::string quoted_name;  // custom settings are two-part names
  std::string_view rest = name;
  while (true) {
    const auto dot = rest.find('.');
    quoted_name += pg::quote_identifier(rest.substr(0, dot));
    if (dot == std::string_view::npos) break;
    quoted_name += ".";
    rest = rest.substr(dot + 1);
  }
  return fmt::format("SET {} TO {}", quoted_name, holds_quoted_list(name) ? literals_of_list(value) : pg::quote_literal(value));
}

std::map<std::string, std::string> parse_settings(const pg::Result& rows, int column) {
  std::map<std::string, std::string> settings;
  for (int row = 0; row < rows.rows(); ++row) {
    const auto entry = rows.value(row, column);
    const auto equals = entry.find('=');
    settings[std::string(entry.substr(0, equals))] = std::string(entry.substr(equals + 1));
  }
  return settings;
}

}  // namespace

archive::DatabaseProperties read_properties(pg::Connection& connection, const std::string& database) {
  const int major = connection.server_major();
  const auto rows = connection.query(
      fmt::format(
          "SELECT pg_catalog.pg_get_userbyid(d.datdba), pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, "
          "d.datctype, {}, {}, t.spcname, pg_catalog.shobj_description(d.oid, 'pg_database'), "
          // Sorted, so that equal privileges are equal text.
          "(SELECT pg_catalog.array_agg(x ORDER BY x::text) FROM pg_catalog.unnest(d.datacl) x)::text, "
          "d.datconnlimit, d.datistemplate, d.oid "
          "FROM pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = $1",
          major >= 15 ? "d.datlocprovider" : "'c'",
          major >= 17   ? "CASE d.datlocprovider WHEN 'c' THEN NULL ELSE d.datlocale END"
          : major >= 15 ? "d.daticulocale"
                        : "NULL"),
      {database});
  if (rows.rows() == 0)
    throw Error(Code::connection, "database \"" + database + "\" does not exist", "`psql -l` lists the databases.");
  archive::DatabaseProperties properties;
  properties.owner = rows.text(0, 0);
  properties.encoding = rows.text(0, 1);
  properties.collate = rows.text(0, 2);
  properties.ctype = rows.text(0, 3);
  properties.locale_provider = rows.text(0, 4);
  properties.icu_locale = rows.text(0, 5);
  properties.tablespace = rows.text(0, 6);
  properties.comment = rows.text(0, 7);
  properties.acl = rows.text(0, 8);
  properties.connection_limit = static_cast<int>(rows.number(0, 9));
  properties.is_template = rows.is_true(0, 10);
  const std::string oid = rows.text(0, 11);
  properties.settings = parse_settings(
      connection.query("SELECT pg_catalog.unnest(setconfig) FROM pg_catalog.pg_db_role_setting WHERE setdatabase = $1::oid AND setrole = 0", {oid}), 0);
  const auto roles = connection.query(
      "SELECT r.rolname FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_roles r ON r.oid = s.setrole "
      "WHERE s.setdatabase = $1::oid", {oid});
  for (int row = 0; row < roles.rows(); ++row)
    properties.role_settings[roles.text(row, 0)] = parse_settings(
        connection.query("SELECT pg_catalog.unnest(s.setconfig) FROM pg_catalog.pg_db_role_setting s "
                         "JOIN pg_catalog.pg_roles r ON r.oid = s.setrole WHERE s.setdatabase = $1::oid AND r.rolname = $2",
                         {oid, roles.text(row, 0)}), 0);
  return properties;
}

std::string create_database_statement(const std::string& database, const archive::DatabaseProperties& properties,
                                      int server_version_num) {
  std::string sql = fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
                                pg::quote_identifier(database), pg::quote_literal(properties.encoding),
                                pg::quote_literal(properties.collate), pg::quote_literal(properties.ctype));
  if (server_version_num >= 150000 && properties.locale_provider == "i")
    sql += " LOCALE_PROVIDER icu ICU_LOCALE " + pg::quote_literal(properties.icu_locale);
  if (server_version_num >= 170000 && properties.locale_provider == "b")
    sql += " LOCALE_PROVIDER builtin BUILTIN_LOCALE " + pg::quote_literal(properties.icu_locale);
  if (!properties.owner.empty()) sql += " OWNER " + pg::quote_identifier(properties.owner);
  if (!properties.tablespace.empty() && properties.tablespace != "pg_default")
    sql += " TABLESPACE " + pg::quote_identifier(properties.tablespace);
  return sql;
}

std::vector<std::string> apply_statements(const std::string& database, const archive::DatabaseProperties& properties) {
  const auto name = pg::quote_identifier(database);
  std::vector<std::string> statements;
  if (properties.connection_limit != -1)
    statements.push_back(fmt::format("ALTER DATABASE {} CONNECTION LIMIT {}", name, properties.connection_limit));
  if (properties.is_template) statements.push_back(fmt::format("ALTER DATABASE {} IS_TEMPLATE true", name));
  if (!properties.comment.empty())
    statements.push_back(fmt::format("COMMENT ON DATABASE {} IS {}", name, pg::quote_literal(properties.comment)));
  for (const auto& [setting, value] : properties.settings)
    statements.push_back(fmt::format("ALTER DATABASE {} {}", name, set_clause(setting, value)));
  for (const auto& [role, settings] : properties.role_settings)
    for (const auto& [setting, value] : settings)
      statements.push_back(fmt::format("ALTER ROLE {} IN DATABASE {} {}", pg::quote_identifier(role), name, set_clause(setting, value)));
  if (!properties.acl.empty()) {
    // The server itself reads its aclitem text and writes the grants, the owner's first, then those that stand on others.
    // A grantor that we may not act for is replaced by the owner.
    statements.push_back(fmt::format(
        "DO $safety$ DECLARE g record; words text; BEGIN "
        "EXECUTE {0}; EXECUTE {1}; "
        "FOR g IN WITH RECURSIVE acl AS (SELECT * FROM pg_catalog.aclexplode({2}::aclitem[])), "
        "chain AS (SELECT acl.*, 0 AS depth FROM acl WHERE NOT EXISTS (SELECT FROM acl u WHERE u.grantee = acl.grantor "
        "AND u.grantor <> u.grantee AND u.privilege_type = acl.privilege_type AND u.is_grantable) "
        "UNION SELECT acl.*, c.depth + 1 FROM acl JOIN chain c ON acl.grantor = c.grantee AND acl.privilege_type = c.privilege_type "
        "AND c.is_grantable AND c.depth < 20) "
        "SELECT grantor, grantee, privilege_type, is_grantable, min(depth) AS depth FROM chain GROUP BY 1, 2, 3, 4 ORDER BY 5 LOOP "
        "words := pg_catalog.format('GRANT %s ON DATABASE %s TO %s%s', g.privilege_type, {3}, "
        "CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END, "
        "CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END); "
        "BEGIN "
        "IF g.depth > 0 THEN EXECUTE pg_catalog.format('SET LOCAL ROLE %I', pg_catalog.pg_get_userbyid(g.grantor)); END IF; "
        "EXECUTE words; SET LOCAL ROLE NONE; "
        "EXCEPTION WHEN insufficient_privilege THEN EXECUTE words; END; "
        "END LOOP; END $safety$",
        pg::quote_literal(fmt::format("REVOKE ALL ON DATABASE {} FROM PUBLIC", name)),
        // Without its owner (--no-owner) whoever restores is the owner, and keeps what owners have.
        pg::quote_literal(properties.owner.empty() ? std::string("SELECT 1")
                                                   : fmt::format("REVOKE ALL ON DATABASE {} FROM {}", name, pg::quote_identifier(properties.owner))),
        pg::quote_literal(properties.acl), pg::quote_literal(name)));
  }
  return statements;
}

std::vector<std::string> describe_differences(const archive::DatabaseProperties& a, const archive::DatabaseProperties& b) {
  std::vector<std::string> differences;
  auto compare = [&](std::string_view what, const std::string& x, const std::string& y) {
    if (x != y) differences.push_back(fmt::format("{} \"{}\" and \"{}\"", what, one_line(x), one_line(y)));
  };
  auto flat = [](const std::map<std::string, std::string>& settings) {
    std::string text;
    for (const auto& [name, value] : settings) text += name + "=" + value + "; ";
    return text;
  };
  compare("owner", a.owner, b.owner);
  compare("encoding", a.encoding, b.encoding);
  compare("collation", a.collate, b.collate);
  compare("ctype", a.ctype, b.ctype);
  compare("locale", a.icu_locale, b.icu_locale);
  compare("comment", a.comment, b.comment);
  compare("privileges", a.acl, b.acl);
  compare("connection limit", std::to_string(a.connection_limit), std::to_string(b.connection_limit));
  compare("settings", flat(a.settings), flat(b.settings));
  std::set<std::string> roles;
  for (const auto& [role, settings] : a.role_settings) roles.insert(role);
  for (const auto& [role, settings] : b.role_settings) roles.insert(role);
  for (const auto& role : roles)
    compare("settings of role " + role, a.role_settings.contains(role) ? flat(a.role_settings.at(role)) : "",
            b.role_settings.contains(role) ? flat(b.role_settings.at(role)) : "");
  return differences;
}

}  // namespace safety::transfer
