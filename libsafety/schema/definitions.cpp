// What a schema is made of, as texts.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/schema/catalog.hpp"
#include "libsafety/schema/catalog_text.hpp"
#include "libsafety/schema/changes.hpp"

namespace safety::schema {
namespace {

/// A setting of a relation, as a statement of its own beside CREATE TABLE. Needs n and c.
CatalogQuery setting(std::string_view what, std::string_view statement, std::string_view condition) {
  return {"'setting'", fmt::format("pg_catalog.format('%I.%I {}', n.nspname, c.relname)", what), kRelationName, {}, std::string(statement),
          fmt::format("FROM pg_catalog.pg_class c {} AND {}", user_relations(), condition)};
}

std::string alter_table(std::string_view rest) { return fmt::format("pg_catalog.format('ALTER TABLE %I.%I {}', n.nspname, c.relname)", rest); }

void add_table_settings(std::vector<CatalogQuery>& list) {
  const std::string tables = "c.relkind IN ('r', 'p')";
  list.push_back(setting("row level security", alter_table("ENABLE ROW LEVEL SECURITY"), "c.relrowsecurity"));
  list.push_back(setting("forced row level security", alter_table("FORCE ROW LEVEL SECURITY"), "c.relforcerowsecurity"));
  list.push_back(setting("options",
                         alter_table("SET (") + " || (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(pg_catalog.split_part(o, '=', 1)) || '=' || "
                         "pg_catalog.quote_literal(pg_catalog.substr(o, pg_catalog.strpos(o, '=') + 1)), ', ' ORDER BY o) FROM pg_catalog.unnest(c.reloptions) o) || ')'",
                         tables + " AND c.reloptions IS NOT NULL"));
  list.push_back(setting("replica identity",
                         alter_table("REPLICA IDENTITY ") + " || CASE c.relreplident WHEN 'n' THEN 'NOTHING' WHEN 'f' THEN 'FULL' ELSE 'USING INDEX ' || "
                         "(SELECT pg_catalog.quote_ident(x.relname) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid "
                         "WHERE i.indrelid = c.oid AND i.indisreplident) END",
                         tables + " AND (c.relreplident IN ('n', 'f') OR c.relreplident = 'i' AND EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisreplident))"));
  list.push_back(setting("clustering",
                         alter_table("CLUSTER ON ") + " || (SELECT pg_catalog.quote_ident(x.relname) FROM pg_catalog.pg_index i "
                         "JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisclustered)",
                         "EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisclustered)"));
  list.push_back(setting("tablespace",
                         alter_table("SET TABLESPACE ") + " || (SELECT pg_catalog.quote_ident(s.spcname) FROM pg_catalog.pg_tablespace s WHERE s.oid = c.reltablespace)",
                         tables + " AND c.reltablespace <> 0"));
  list.push_back(setting("attachment",
                         "(SELECT pg_catalog.format('ALTER TABLE %s ATTACH PARTITION %I.%I %s', i.inhparent::regclass, n.nspname, c.relname, "
                         "pg_catalog.pg_get_expr(c.relpartbound, c.oid)) FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)",
                         "c.relkind IN ('r', 'p', 'f') AND c.relispartition"));
}

void add_part_settings(std::vector<CatalogQuery>& list, int major) {
  list.push_back({"'setting'", "pg_catalog.format('%I.%I inheritance of %s', n.nspname, c.relname, i.inhparent::regclass)", kRelationName, {},
                  "pg_catalog.format('ALTER TABLE %I.%I INHERIT %s', n.nspname, c.relname, i.inhparent::regclass)",
                  "FROM pg_catalog.pg_inherits i " + of_user_relation("i.inhrelid") + " AND c.relkind IN ('r', 'f') AND NOT c.relispartition"});
  list.push_back({"'setting'", "pg_catalog.format('%I.%I ownership', n.nspname, c.relname)", "i.refobjid::regclass::text", {},
                  "pg_catalog.format('ALTER SEQUENCE %I.%I OWNED BY %s.%I', n.nspname, c.relname, i.refobjid::regclass, a.attname)",
                  "FROM pg_catalog.pg_depend i JOIN pg_catalog.pg_attribute a ON a.attrelid = i.refobjid AND a.attnum = i.refobjsubid " +
                      of_user_relation("i.objid") + " AND i.classid = 'pg_catalog.pg_class'::regclass AND i.refclassid = 'pg_catalog.pg_class'::regclass "
                      "AND i.deptype = 'a' AND c.relkind = 'S'"});
  const auto column = [&](std::string_view what, const std::string& statement, std::string_view condition) {
    list.push_back({"'setting'", fmt::format("pg_catalog.format('%I.%I {} of %I', n.nspname, c.relname, a.attname)", what), kRelationName, {},
                    "pg_catalog.format('ALTER TABLE ONLY %I.%I ALTER COLUMN %I ', n.nspname, c.relname, a.attname) || " + statement,
                    "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid " + of_user_relation("a.attrelid") +
                        fmt::format(" AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND {}", condition)});
  };
  column("storage", "'SET STORAGE ' || CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END",
         "a.attstorage <> t.typstorage");
  const std::string options = "(SELECT pg_catalog.string_agg(o, ', ' ORDER BY o) FROM pg_catalog.unnest(a.attoptions) o WHERE o !~ '^pg_attver=')";
  column("options", "'SET (' || " + options + " || ')'", options + " IS NOT NULL");
  if (major >= 14)
    column("compression", "'SET COMPRESSION ' || CASE a.attcompression WHEN 'l' THEN 'lz4' ELSE 'pglz' END", "a.attcompression <> ''");
}

// COMMENT ON takes what pg_identify_object calls the type and identity of an object, but for these.
constexpr const char* kCommented =
    "pg_catalog.concat(CASE i.type WHEN 'table column' THEN 'COLUMN' WHEN 'view column' THEN 'COLUMN' WHEN 'materialized view column' THEN 'COLUMN' "
    "WHEN 'foreign table column' THEN 'COLUMN' WHEN 'composite type column' THEN 'COLUMN' WHEN 'table constraint' THEN 'CONSTRAINT' WHEN 'composite type' THEN 'TYPE' "
    "ELSE pg_catalog.upper(i.type) END, ' ', i.identity)";

std::string comment_of(const std::string& catalog, const std::string& table, const std::string& join) {
  return fmt::format(
      "SELECT d.classoid, d.objoid, d.objsubid, d.description, {} AS tab FROM pg_catalog.pg_description d {} AND d.classoid = 'pg_catalog.{}'::regclass", table,
      join, catalog);
}

CatalogQuery comments() {
  const std::string relation = kRelationName;
  std::string all = comment_of("pg_class", relation, of_user_relation("d.objoid"));
  for (const auto& [catalog, of] : {std::pair{"pg_constraint", "conrelid"}, std::pair{"pg_trigger", "tgrelid"}, std::pair{"pg_policy", "polrelid"}})
    all += " UNION ALL " + comment_of(catalog, relation, fmt::format("JOIN pg_catalog.{} o ON o.oid = d.objoid {}", catalog, of_user_relation(std::string("o.") + of)));
  for (const auto& [catalog, space] : {std::pair{"pg_proc", "pronamespace"}, std::pair{"pg_type", "typnamespace"}})
    all += " UNION ALL " + comment_of(catalog, "''", fmt::format("JOIN pg_catalog.{0} o ON o.oid = d.objoid JOIN pg_catalog.pg_namespace n ON n.oid = o.{1} WHERE {2} AND {3}",
                                                                   catalog, space, kUserSchema, not_of_extension(catalog, "o.oid")));
  all += " UNION ALL " + comment_of("pg_namespace", "''", fmt::format("JOIN pg_catalog.pg_namespace n ON n.oid = d.objoid WHERE {} AND {}", kUserSchema,
                                                                       not_of_extension("pg_namespace", "n.oid")));
  return {"'comment'", kCommented, "q.tab", {}, fmt::format("pg_catalog.concat('COMMENT ON ', {}, ' IS ', pg_catalog.quote_literal(q.description))", kCommented),
          "FROM (" + all + ") q, LATERAL pg_catalog.pg_identify_object(q.classoid, q.objoid, q.objsubid) i"};
}

CatalogQuery default_privileges() {
  return {"'default privileges'",
          "pg_catalog.concat(pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(k.defaclrole)), ' for ', CASE k.defaclobjtype WHEN 'r' THEN 'tables' "
          "WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' ELSE 'schemas' END, ' in ' || k.defaclnamespace::regnamespace)",
          "''", {},
          "(SELECT pg_catalog.string_agg(a::text, ', ' ORDER BY a::text COLLATE \"C\") FROM pg_catalog.unnest(k.defaclacl) a)",
          "FROM pg_catalog.pg_default_acl k LEFT JOIN pg_catalog.pg_namespace n ON n.oid = k.defaclnamespace WHERE n.nspname IS DISTINCT FROM 'safety'"};
}

std::string select(const CatalogQuery& query) {
  return fmt::format("SELECT {}, {}, {}, COALESCE({}, '') {}{}", query.kind, query.name, query.table, query.text, query.from, query.narrowed);
}

auto key_of(const Definition& one) { return std::tie(one.kind, one.name); }

}  // namespace

std::vector<CatalogQuery> further_queries(int major) {
  std::vector<CatalogQuery> list;
  list.push_back({"'column'", "pg_catalog.format('%I.%I.%I', n.nspname, c.relname, a.attname)", kRelationName, {}, column_text(major),
                  "FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum " +
                      of_user_relation("a.attrelid") + " AND c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped"});
  list.push_back({"'domain constraint'", "pg_catalog.format('%s %I', pg_catalog.format_type(t.oid, NULL), k.conname)", "pg_catalog.format_type(t.oid, NULL)", {},
                  "pg_catalog.pg_get_constraintdef(k.oid)",
                  fmt::format("FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_type t ON t.oid = k.contypid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
                              "WHERE {} AND {} AND k.contype = 'c'",
                              kUserSchema, not_of_extension("pg_type", "t.oid"))});
  add_table_settings(list);
  add_part_settings(list, major);
  list.push_back(comments());
  list.push_back(default_privileges());
  return list;
}

std::vector<Definition> read_definitions(pg::Connection& connection) {
  std::vector<Definition> definitions;
  const int major = connection.server_major();
  for (const auto& queries : {hashed_queries(major), further_queries(major)})
    for (const auto& query : queries) {
      const auto rows = connection.execute(select(query));
      for (int row = 0; row < rows.rows(); ++row)
        definitions.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.text(row, 3)});
    }
  std::sort(definitions.begin(), definitions.end(), [](const auto& a, const auto& b) { return key_of(a) < key_of(b); });
  return definitions;
}

std::string format_definitions(const std::vector<Definition>& definitions) {
  std::string text;
  for (const auto& one : definitions) {
    nlohmann::ordered_json line{{"kind", one.kind}, {"name", one.name}};
    if (!one.table.empty()) line["table"] = one.table;
    line["text"] = one.text;
    // Names and texts are bytes of the database's encoding; what is not UTF-8 is replaced, which keeps the line JSON.
    text += line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }
  return text;
}

std::vector<Definition> parse_definitions(const std::string& text) {
  std::vector<Definition> definitions;
  std::size_t begin = 0;
  for (int number = 1; begin < text.size(); ++number) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const auto line = nlohmann::json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
    try {
      definitions.push_back({line.at("kind").get<std::string>(), line.at("name").get<std::string>(), line.value("table", ""), line.at("text").get<std::string>()});
    } catch (const nlohmann::json::exception&) {
      throw Error(Code::archive_damaged, fmt::format("line {} of a catalog's definitions is not one", number),
                  "Take the catalog again: run the rehearsal or the deploy once more.");
    }
    begin = end + 1;
  }
  return definitions;
}

}  // namespace safety::schema
