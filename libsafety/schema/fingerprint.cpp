#include "libsafety/schema/fingerprint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "libsafety/archive/sha256.hpp"

namespace safety::schema {
namespace {

// Schemas of users. Needs the alias n (pg_namespace).
constexpr const char* kUserSchema = "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'safety')";

std::string not_of_extension(std::string_view catalog, std::string_view oid) {
  return fmt::format(
      "NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.{}'::regclass AND e.objid = {} "
      "AND e.deptype = 'e')",
      catalog, oid);
}

constexpr const char* kRelationName = "pg_catalog.format('%I.%I', n.nspname, c.relname)";

// Each query gives kind, name, definition.
std::vector<std::string> queries(int major) {
  const auto relation = fmt::format("JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {} AND c.relpersistence <> 't' AND {}",
                                    kUserSchema, not_of_extension("pg_class", "c.oid"));
  const auto with_table = [&](std::string_view alias) {
    return fmt::format("JOIN pg_catalog.pg_class c ON c.oid = {} {}", alias, relation);
  };
  std::vector<std::string> list;
  list.push_back(fmt::format(
      "SELECT 'schema', pg_catalog.quote_ident(n.nspname), '' FROM pg_catalog.pg_namespace n WHERE {} AND {}", kUserSchema,
      not_of_extension("pg_namespace", "n.oid")));
  // Relations with their columns in order; those of an inheritance child by name, since a restore puts inherited columns
  // first. The server keeps a number of its own, pg_attver, among some attributes' options: not a definition.
  list.push_back(fmt::format(
      "SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' "
      "WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' ELSE 'composite type' END, {}, "
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
      "WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)) "
      "FROM pg_catalog.pg_class c {} AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')",
      kRelationName, major >= 14 ? "a.attcompression, " : "", relation));
  list.push_back(fmt::format(
      "SELECT 'index', pg_catalog.format('%I.%I', n.nspname, x.relname), pg_catalog.concat_ws('|', (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = x.reltablespace), pg_catalog.pg_get_indexdef(i.indexrelid), "
      "i.indisclustered, i.indisreplident) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid {} "
      "AND (i.indisvalid OR c.relkind = 'p')",
      with_table("i.indrelid")));
  list.push_back(fmt::format(
      "SELECT 'constraint', pg_catalog.format('%I.%I %I', n.nspname, c.relname, k.conname), pg_catalog.pg_get_constraintdef(k.oid) "
      "FROM pg_catalog.pg_constraint k {} AND k.conparentid = 0 AND k.contype <> 't'{}",
      with_table("k.conrelid"), major >= 18 ? " AND k.contype <> 'n'" : ""));
  list.push_back(fmt::format(
      "SELECT 'trigger', pg_catalog.format('%I.%I %I', n.nspname, c.relname, t.tgname), pg_catalog.concat_ws('|', pg_catalog.pg_get_triggerdef(t.oid), "
      "t.tgenabled) FROM pg_catalog.pg_trigger t {} AND NOT t.tgisinternal{}",
      with_table("t.tgrelid"), major >= 13 ? " AND t.tgparentid = 0" : ""));
  list.push_back(fmt::format(
      "SELECT 'rule', pg_catalog.format('%I.%I %I', n.nspname, c.relname, r.rulename), pg_catalog.concat_ws('|', pg_catalog.pg_get_ruledef(r.oid), r.ev_enabled) "
      "FROM pg_catalog.pg_rewrite r {} AND r.rulename <> '_RETURN'",
      with_table("r.ev_class")));
  list.push_back(fmt::format(
      "SELECT 'policy', pg_catalog.format('%I.%I %I', n.nspname, c.relname, p.polname), pg_catalog.concat_ws('|', p.polcmd, p.polpermissive, "
      "(SELECT pg_catalog.string_agg(o.role, ',' ORDER BY o.role COLLATE \"C\") FROM (SELECT CASE r WHEN 0 THEN 'public' "
      "ELSE pg_catalog.pg_get_userbyid(r)::text END AS role FROM pg_catalog.unnest(p.polroles) r) o), "
      "pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)) FROM pg_catalog.pg_policy p {}",
      with_table("p.polrelid")));
  list.push_back(fmt::format(
      "SELECT 'function', p.oid::regprocedure::text, CASE p.prokind WHEN 'a' THEN 'aggregate' ELSE pg_catalog.pg_get_functiondef(p.oid) END "
      "FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE {} AND {} "
      // A range type makes its own constructors.
      "AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend i WHERE i.classid = 'pg_catalog.pg_proc'::regclass AND i.objid = p.oid AND i.deptype = 'i')",
      kUserSchema, not_of_extension("pg_proc", "p.oid")));
  list.push_back(fmt::format(
      "SELECT 'type', pg_catalog.format_type(t.oid, NULL), pg_catalog.concat_ws('|', t.typtype, "
      "CASE t.typtype WHEN 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END, t.typnotnull, t.typdefault, "
      "(SELECT pg_catalog.string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid), "
      "(SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', k.conname, pg_catalog.pg_get_constraintdef(k.oid)), ',' ORDER BY k.conname) "
      "FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid), "
      "(SELECT pg_catalog.format_type(r.rngsubtype, NULL) FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid)) "
      "FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE {} AND {} "
      "AND t.typtype IN ('d', 'e', 'r', 'b') AND NOT EXISTS (SELECT FROM pg_catalog.pg_type s WHERE s.typarray = t.oid)",
      kUserSchema, not_of_extension("pg_type", "t.oid")));
  list.push_back(fmt::format(
      "SELECT 'statistics', pg_catalog.format('%I.%I', n.nspname, s.stxname), pg_catalog.pg_get_statisticsobjdef(s.oid) "
      "FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace WHERE {}",
      kUserSchema));
  for (const auto& [kind, catalog, prefix, identity] :
       {std::tuple{"operator", "pg_operator", "opr", "o.oid::regoperator::text"},
        std::tuple{"operator class", "pg_opclass", "opc", "pg_catalog.format('%I.%I %s', n.nspname, o.opcname, (SELECT amname FROM pg_catalog.pg_am WHERE pg_am.oid = o.opcmethod))"},
        std::tuple{"collation", "pg_collation", "coll", "pg_catalog.format('%I.%I', n.nspname, o.collname)"},
        std::tuple{"conversion", "pg_conversion", "con", "pg_catalog.format('%I.%I', n.nspname, o.conname)"},
        std::tuple{"text search configuration", "pg_ts_config", "cfg", "pg_catalog.format('%I.%I', n.nspname, o.cfgname)"},
        std::tuple{"text search dictionary", "pg_ts_dict", "dict", "pg_catalog.format('%I.%I', n.nspname, o.dictname)"}})
    list.push_back(fmt::format(
        "SELECT '{}', {}, '' FROM pg_catalog.{} o JOIN pg_catalog.pg_namespace n ON n.oid = o.{}namespace WHERE {} AND {}",
        kind, identity, catalog, prefix, kUserSchema, not_of_extension(catalog, "o.oid")));
  list.push_back(
      "SELECT 'cast', pg_catalog.format('%s as %s', castsource::regtype, casttarget::regtype), castcontext::text FROM pg_catalog.pg_cast k "
      "WHERE k.oid >= 16384 AND " + not_of_extension("pg_cast", "k.oid"));
  list.push_back("SELECT 'extension', pg_catalog.quote_ident(extname), '' FROM pg_catalog.pg_extension");
  list.push_back(
      "SELECT 'event trigger', pg_catalog.quote_ident(t.evtname), pg_catalog.concat_ws('|', t.evtevent, t.evtenabled, t.evtfoid::regproc, t.evttags::text) "
      "FROM pg_catalog.pg_event_trigger t WHERE " + not_of_extension("pg_event_trigger", "t.oid"));
  list.push_back(
      "SELECT 'publication', pg_catalog.quote_ident(p.pubname), pg_catalog.concat_ws('|', p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot) "
      "FROM pg_catalog.pg_publication p");
  // Privileges, a NULL list spelled out as the default it means, owners with them.
  list.push_back(fmt::format(
      "SELECT 'privileges', {}, pg_catalog.concat_ws('|', pg_catalog.pg_get_userbyid(c.relowner), (SELECT pg_catalog.string_agg(a::text, ',' ORDER BY a::text COLLATE \"C\") "
      "FROM pg_catalog.unnest(COALESCE(c.relacl, pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", c.relowner))) a)) "
      "FROM pg_catalog.pg_class c {} AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')",
      kRelationName, relation));
  list.push_back(fmt::format(
      "SELECT 'privileges', p.oid::regprocedure::text, pg_catalog.concat_ws('|', pg_catalog.pg_get_userbyid(p.proowner), (SELECT pg_catalog.string_agg(a::text, ',' ORDER BY a::text COLLATE \"C\") "
      "FROM pg_catalog.unnest(COALESCE(p.proacl, pg_catalog.acldefault('f', p.proowner))) a)) "
      "FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE {} AND {}",
      kUserSchema, not_of_extension("pg_proc", "p.oid")));
  list.push_back(fmt::format(
      "SELECT 'privileges', 'schema ' || pg_catalog.quote_ident(n.nspname), pg_catalog.concat_ws('|', pg_catalog.pg_get_userbyid(n.nspowner), (SELECT pg_catalog.string_agg(a::text, ',' ORDER BY a::text COLLATE \"C\") "
      "FROM pg_catalog.unnest(COALESCE(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) a)) FROM pg_catalog.pg_namespace n WHERE {} AND {}",
      kUserSchema, not_of_extension("pg_namespace", "n.oid")));
  return list;
}

auto key_of(const archive::SchemaObject& object) { return std::tie(object.kind, object.name); }

}  // namespace

std::vector<archive::SchemaObject> read_objects(pg::Connection& connection) {
  std::vector<archive::SchemaObject> objects;
  for (const auto& query : queries(connection.server_major())) {
    const auto rows = connection.execute("SELECT q.k, q.n, left(pg_catalog.md5(q.d), 16) FROM (" + query + ") AS q(k, n, d)");
    for (int row = 0; row < rows.rows(); ++row) objects.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2)});
  }
  std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return key_of(a) < key_of(b); });
  return objects;
}

std::string fingerprint_of(const std::vector<archive::SchemaObject>& objects) {
  std::string text;
  for (const auto& object : objects)
    if (object.kind != "privileges") text += object.kind + '\0' + object.name + '\0' + object.hash + '\n';
  return archive::Sha256::of(text);
}

std::vector<std::string> describe_differences(const std::vector<archive::SchemaObject>& expected,
                                              const std::vector<archive::SchemaObject>& found, const CompareOptions& options) {
  std::vector<std::string> differences;
  std::map<std::pair<std::string, std::string>, std::string> rest;
  for (const auto& object : found) rest[{object.kind, object.name}] = object.hash;
  for (const auto& object : expected) {
    if (object.kind == "privileges" && !options.compares_privileges) continue;
    const auto at = rest.find({object.kind, object.name});
    if (at == rest.end()) {
      differences.push_back(fmt::format("{} {} is missing", object.kind, object.name));
      continue;
    }
    if (options.compares_definitions && at->second != object.hash)
      differences.push_back(fmt::format("{} {} is defined differently", object.kind, object.name));
    rest.erase(at);
  }
  for (const auto& [key, hash] : rest)
    if (key.first != "privileges" || options.compares_privileges)
      differences.push_back(fmt::format("{} {} is not expected", key.first, key.second));
  return differences;
}

}  // namespace safety::schema
