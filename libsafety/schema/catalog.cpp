#include "libsafety/schema/catalog.hpp"

#include <fmt/format.h>

#include <tuple>

#include "libsafety/schema/catalog_text.hpp"

namespace safety::schema {
namespace {

constexpr const char* kNone = "''";
// Needs the name of a relation's part behind it: "'%I.%I %I', n.nspname, c.relname, PART".
std::string part_name(std::string_view part) { return fmt::format("pg_catalog.format('%I.%I %I', n.nspname, c.relname, {})", part); }

// Relations with their columns in order; those of an inheritance child by name, since a restore puts inherited columns
// first. The server keeps a number of its own, pg_attver, among some attributes' options: not a definition.
std::string hashed_relation(int major) {
  return fmt::format(
      "pg_catalog.concat_ws('|', (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = c.reltablespace), c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.reloptions::text, "
      "pg_catalog.pg_get_expr(c.relpartbound, c.oid), CASE c.relkind WHEN 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END, "
      "CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END, "
      "(SELECT pg_catalog.string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno) FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid), "
      "(SELECT pg_catalog.concat_ws(',', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle) "
      "FROM pg_catalog.pg_sequence s WHERE s.seqrelid = c.oid), "
      "(SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), "
      "a.attnotnull, a.attidentity, a.attgenerated, a.attstorage, {}(SELECT pg_catalog.string_agg(o, ',' ORDER BY o) FROM pg_catalog.unnest(a.attoptions) o WHERE o !~ '^pg_attver='), "
      "CASE WHEN a.attcollation <> 0 THEN a.attcollation::regcollation::text END, "
      "pg_catalog.pg_get_expr(d.adbin, d.adrelid)), ', ' ORDER BY CASE WHEN c.relispartition OR NOT EXISTS "
      "(SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) THEN a.attnum END, a.attname) FROM pg_catalog.pg_attribute a "
      "LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
      "WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))",
      major >= 14 ? "a.attcompression, " : "");
}

// Privileges, a NULL list spelled out as the default it means, owners with them.
std::string hashed_privileges(const std::string& owner, const std::string& acl, const std::string& letter) {
  return fmt::format(
      "pg_catalog.concat_ws('|', pg_catalog.pg_get_userbyid({0}), (SELECT pg_catalog.string_agg(a::text, ',' ORDER BY a::text COLLATE \"C\") "
      "FROM pg_catalog.unnest(COALESCE({1}, pg_catalog.acldefault({2}, {0}))) a))",
      owner, acl, letter);
}

// An identity column's sequence is told of with the column.
constexpr const char* kNotOfIdentity =
    " AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_catalog.pg_depend i WHERE i.classid = 'pg_catalog.pg_class'::regclass "
    "AND i.objid = c.oid AND i.deptype = 'i'))";

// The enabled state is a statement of its own, where it is not the ordinary one.
std::string enabled_text(const std::string& state, const std::string& word, const std::string& name) {
  return fmt::format(
      "CASE {0} WHEN 'O' THEN '' ELSE pg_catalog.format(E';\\nALTER TABLE %I.%I %s {1} %I', n.nspname, c.relname, "
      "CASE {0} WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, {2}) END",
      state, word, name);
}

void add_relations(std::vector<CatalogQuery>& list, int major) {
  list.push_back({"CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' "
                  "WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' ELSE 'composite type' END",
                  kRelationName, relation_parent(), hashed_relation(major), relation_text(major),
                  "FROM pg_catalog.pg_class c " + user_relations() + " AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')", kNotOfIdentity});
  // An index that a constraint made is told of with the constraint, one of a partition with its parent's.
  list.push_back({"'index'", "pg_catalog.format('%I.%I', n.nspname, x.relname)", kRelationName,
                  "pg_catalog.concat_ws('|', (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = x.reltablespace), pg_catalog.pg_get_indexdef(i.indexrelid), "
                  "i.indisclustered, i.indisreplident)",
                  // The server writes ON ONLY for a partitioned table's, and makes such an index on no partition.
                  "CASE c.relkind WHEN 'p' THEN pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') "
                  "ELSE pg_catalog.pg_get_indexdef(i.indexrelid) END",
                  "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid " + of_user_relation("i.indrelid") +
                      " AND (i.indisvalid OR c.relkind = 'p')",
                  " AND NOT x.relispartition AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid "
                  "AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x'))"});
  list.push_back({"'constraint'", part_name("k.conname"), kRelationName, "pg_catalog.pg_get_constraintdef(k.oid)",
                  "pg_catalog.pg_get_constraintdef(k.oid)",
                  "FROM pg_catalog.pg_constraint k " + of_user_relation("k.conrelid") + " AND k.conparentid = 0 AND k.contype <> 't'" +
                      (major >= 18 ? " AND k.contype <> 'n'" : "")});
  list.push_back({"'trigger'", part_name("t.tgname"), kRelationName,
                  "pg_catalog.concat_ws('|', pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled)",
                  "pg_catalog.concat(pg_catalog.pg_get_triggerdef(t.oid), " + enabled_text("t.tgenabled", "TRIGGER", "t.tgname") + ")",
                  "FROM pg_catalog.pg_trigger t " + of_user_relation("t.tgrelid") + " AND NOT t.tgisinternal" +
                      (major >= 13 ? " AND t.tgparentid = 0" : "")});
  list.push_back({"'rule'", part_name("r.rulename"), kRelationName,
                  "pg_catalog.concat_ws('|', pg_catalog.pg_get_ruledef(r.oid), r.ev_enabled)",
                  "pg_catalog.concat(pg_catalog.rtrim(pg_catalog.pg_get_ruledef(r.oid), ';'), " + enabled_text("r.ev_enabled", "RULE", "r.rulename") + ")",
                  "FROM pg_catalog.pg_rewrite r " + of_user_relation("r.ev_class") + " AND r.rulename <> '_RETURN'"});
  list.push_back({"'policy'", part_name("p.polname"), kRelationName,
                  "pg_catalog.concat_ws('|', p.polcmd, p.polpermissive, "
                  "(SELECT pg_catalog.string_agg(o.role, ',' ORDER BY o.role COLLATE \"C\") FROM (SELECT CASE r WHEN 0 THEN 'public' "
                  "ELSE pg_catalog.pg_get_userbyid(r)::text END AS role FROM pg_catalog.unnest(p.polroles) r) o), "
                  "pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))",
                  policy_text(), "FROM pg_catalog.pg_policy p " + of_user_relation("p.polrelid")});
}

void add_routines_and_types(std::vector<CatalogQuery>& list) {
  list.push_back({"'function'", "p.oid::regprocedure::text", kNone,
                  "CASE p.prokind WHEN 'a' THEN 'aggregate' ELSE pg_catalog.pg_get_functiondef(p.oid) END", function_text(),
                  fmt::format("FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE {} AND {} "
                              // A range type makes its own constructors.
                              "AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend i WHERE i.classid = 'pg_catalog.pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i')",
                              kUserSchema, not_of_extension("pg_proc", "p.oid"))});
  list.push_back({"'type'", "pg_catalog.format_type(t.oid, NULL)", kNone,
                  "pg_catalog.concat_ws('|', t.typtype, "
                  "CASE t.typtype WHEN 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END, t.typnotnull, t.typdefault, "
                  "(SELECT pg_catalog.string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid), "
                  "(SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', k.conname, pg_catalog.pg_get_constraintdef(k.oid)), ',' ORDER BY k.conname) "
                  "FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid), "
                  "(SELECT pg_catalog.format_type(r.rngsubtype, NULL) FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid))",
                  type_text(),
                  fmt::format("FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE {} AND {} "
                              "AND t.typtype IN ('d', 'e', 'r', 'b') AND NOT EXISTS (SELECT FROM pg_catalog.pg_type s WHERE s.typarray = t.oid)",
                              kUserSchema, not_of_extension("pg_type", "t.oid"))});
  list.push_back({"'statistics'", "pg_catalog.format('%I.%I', n.nspname, s.stxname)", "s.stxrelid::regclass::text",
                  "pg_catalog.pg_get_statisticsobjdef(s.oid)", "pg_catalog.pg_get_statisticsobjdef(s.oid)",
                  fmt::format("FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace WHERE {}", kUserSchema)});
  for (const auto& [kind, catalog, prefix, identity] :
       {std::tuple{"operator", "pg_operator", "opr", "o.oid::regoperator::text"},
        std::tuple{"operator class", "pg_opclass", "opc", "pg_catalog.format('%I.%I %s', n.nspname, o.opcname, (SELECT amname FROM pg_catalog.pg_am WHERE pg_am.oid = o.opcmethod))"},
        std::tuple{"collation", "pg_collation", "coll", "pg_catalog.format('%I.%I', n.nspname, o.collname)"},
        std::tuple{"conversion", "pg_conversion", "con", "pg_catalog.format('%I.%I', n.nspname, o.conname)"},
        std::tuple{"text search configuration", "pg_ts_config", "cfg", "pg_catalog.format('%I.%I', n.nspname, o.cfgname)"},
        std::tuple{"text search dictionary", "pg_ts_dict", "dict", "pg_catalog.format('%I.%I', n.nspname, o.dictname)"}})
    list.push_back({fmt::format("'{}'", kind), identity, kNone, kNone, kNone,
                    fmt::format("FROM pg_catalog.{} o JOIN pg_catalog.pg_namespace n ON n.oid = o.{}namespace WHERE {} AND {}", catalog, prefix,
                                kUserSchema, not_of_extension(catalog, "o.oid"))});
}

void add_database_wide(std::vector<CatalogQuery>& list, int major) {
  list.push_back({"'cast'", "pg_catalog.format('%s as %s', castsource::regtype, casttarget::regtype)", kNone, "castcontext::text", kNone,
                  "FROM pg_catalog.pg_cast k WHERE k.oid >= 16384 AND " + not_of_extension("pg_cast", "k.oid"),
                  // A range type makes one of its own.
                  " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend i WHERE i.classid = 'pg_catalog.pg_cast'::regclass AND i.objid = k.oid AND i.deptype = 'i')"});
  // Not its version: no dump keeps that.
  list.push_back({"'extension'", "pg_catalog.quote_ident(extname)", kNone, kNone,
                  "pg_catalog.format('CREATE EXTENSION %I WITH SCHEMA %I', extname, (SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.oid = extnamespace))",
                  "FROM pg_catalog.pg_extension"});
  list.push_back({"'event trigger'", "pg_catalog.quote_ident(t.evtname)", kNone,
                  "pg_catalog.concat_ws('|', t.evtevent, t.evtenabled, t.evtfoid::regproc, t.evttags::text)",
                  "pg_catalog.concat(pg_catalog.format('CREATE EVENT TRIGGER %I ON %s ', t.evtname, t.evtevent), "
                  "'WHEN TAG IN (' || (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(g), ', ') FROM pg_catalog.unnest(t.evttags) g) || ') ', "
                  "'EXECUTE FUNCTION ', t.evtfoid::regproc, '()', CASE t.evtenabled WHEN 'O' THEN '' ELSE pg_catalog.format(E';\\nALTER EVENT TRIGGER %I %s', t.evtname, "
                  "CASE t.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END) END)",
                  "FROM pg_catalog.pg_event_trigger t WHERE " + not_of_extension("pg_event_trigger", "t.oid"),
                  " AND t.evtfoid NOT IN (SELECT p.oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'safety')"});
  list.push_back({"'publication'", "pg_catalog.quote_ident(p.pubname)", kNone,
                  "pg_catalog.concat_ws('|', p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot)",
                  publication_text(major), "FROM pg_catalog.pg_publication p"});
}

void add_privileges(std::vector<CatalogQuery>& list) {
  const std::string letter = "CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\"";
  list.push_back({"'privileges'", kRelationName, kRelationName, hashed_privileges("c.relowner", "c.relacl", letter),
                  privileges_text("pg_catalog.format(CASE c.relkind WHEN 'S' THEN 'SEQUENCE %I.%I' ELSE 'TABLE %I.%I' END, n.nspname, c.relname)",
                                  "c.relowner", "c.relacl", letter,
                                  "UNION ALL SELECT pg_catalog.format('GRANT %s (%I) ON TABLE %I.%I TO %s', g.privilege_type, a.attname, n.nspname, c.relname, "
                                  "CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END) "
                                  "FROM pg_catalog.pg_attribute a, pg_catalog.aclexplode(a.attacl) g WHERE a.attrelid = c.oid AND NOT a.attisdropped"),
                  "FROM pg_catalog.pg_class c " + user_relations() + " AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')", kNotOfIdentity});
  list.push_back({"'privileges'", "p.oid::regprocedure::text", kNone, hashed_privileges("p.proowner", "p.proacl", "'f'"),
                  privileges_text("'ROUTINE ' || p.oid::regprocedure::text", "p.proowner", "p.proacl", "'f'"),
                  fmt::format("FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE {} AND {}", kUserSchema,
                              not_of_extension("pg_proc", "p.oid")),
                  // As with the functions themselves.
                  " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend i WHERE i.classid = 'pg_catalog.pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i')"});
  list.push_back({"'privileges'", "'schema ' || pg_catalog.quote_ident(n.nspname)", kNone, hashed_privileges("n.nspowner", "n.nspacl", "'n'"),
                  privileges_text("'SCHEMA ' || pg_catalog.quote_ident(n.nspname)", "n.nspowner", "n.nspacl", "'n'"),
                  fmt::format("FROM pg_catalog.pg_namespace n WHERE {} AND {}", kUserSchema, not_of_extension("pg_namespace", "n.oid"))});
}

}  // namespace

std::string not_of_extension(std::string_view catalog, std::string_view oid) {
  return fmt::format(
      "NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.{}'::regclass AND e.objid = {} "
      "AND e.deptype = 'e')",
      catalog, oid);
}

std::string user_relations() {
  return fmt::format("JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {} AND c.relpersistence <> 't' AND {}", kUserSchema,
                     not_of_extension("pg_class", "c.oid"));
}

std::string of_user_relation(std::string_view oid) {
  return fmt::format("JOIN pg_catalog.pg_class c ON c.oid = {} {}", oid, user_relations());
}

std::vector<CatalogQuery> hashed_queries(int major) {
  std::vector<CatalogQuery> list;
  list.push_back({"'schema'", "pg_catalog.quote_ident(n.nspname)", kNone, kNone, "pg_catalog.format('CREATE SCHEMA %I', n.nspname)",
                  fmt::format("FROM pg_catalog.pg_namespace n WHERE {} AND {}", kUserSchema, not_of_extension("pg_namespace", "n.oid"))});
  add_relations(list, major);
  add_routines_and_types(list);
  add_database_wide(list, major);
  add_privileges(list);
  return list;
}

}  // namespace safety::schema
