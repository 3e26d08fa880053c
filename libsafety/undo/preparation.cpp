#include "libsafety/undo/preparation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/schema/fingerprint.hpp"

namespace safety::undo {
namespace {

// Enough to tell a renamed column from a new one, few enough to be read at once.
constexpr std::uint64_t kSampleRows = 200;

pg::Connection connect(const Context& context, const pg::ConnectionInfo& info) {
  pg::Connection connection(context, info.with("application_name", "safety undo"));
  pg::use_dump_settings(connection);
  connection.execute("SET quote_all_identifiers = off");  // names of both sides are compared
  return connection;
}

Side read_side(const Context& context, pg::Connection& connection, const pg::ClientProgram& pg_dump) {
  return {read_items(context, connection, pg_dump), read_catalog(connection)};
}

/// A sample of the checkpoint's rows is found among those of now.
class Sampling {
 public:
  Sampling(pg::Connection& target, CheckpointRows& rows) : target_(target), rows_(rows) {}

  bool operator()(const Table& now, const Table& then, const std::map<std::string, std::string>& columns) {
    std::vector<const Column*> wanted;
    std::vector<std::string> names, conditions;
    for (const auto& [old, column] : columns) {
      const auto* one = then.find(old);
      if (!one->generated.empty()) continue;
      wanted.push_back(one);
      names.push_back("safety_" + std::to_string(one->number) + " text");
      conditions.push_back(fmt::format("o.{}::text IS NOT DISTINCT FROM r.safety_{}", now.find(column)->quoted, one->number));
    }
    if (wanted.empty()) return false;
    target_.execute(fmt::format("DROP TABLE IF EXISTS pg_temp.safety_sample; CREATE TEMPORARY TABLE safety_sample ({})", join(names, ", ")));
    std::string sample;
    const auto count = rows_.read(then, wanted, [&](std::string_view row) { sample += row; }, kSampleRows);
    if (count == 0) return true;
    target_.copy_in_begin("COPY pg_temp.safety_sample FROM STDIN");
    target_.copy_in_put(sample);
    target_.copy_in_finish();
    const auto found = target_.value_of(fmt::format("SELECT count(*) FROM pg_temp.safety_sample r WHERE EXISTS (SELECT FROM {} o WHERE {})", now.own_rows(), join(conditions, " AND ")));
    // Some may be changed or deleted since.
    return std::stoull(found) * 2 >= std::min(count, kSampleRows);
  }

 private:
  pg::Connection& target_;
  CheckpointRows& rows_;
};

}  // namespace

void load(Preparation& preparation, const Refill& refill) {
  auto& target = preparation.target;
  if (target.value_of("SELECT pg_catalog.to_regclass($1) IS NOT NULL", {refill.table}) == "t") return;
  std::vector<std::string> names;
  for (const auto* column : refill.columns) names.push_back(refill.name_of(*column));
  target.execute(refill.create);
  target.copy_in_begin(fmt::format("COPY {} ({}) FROM STDIN", refill.table, join(names, ", ")));
  preparation.rows->read(*refill.plan->then, refill.columns, [&](std::string_view row) { target.copy_in_put(row); });
  target.copy_in_finish();
  target.execute("ANALYZE " + refill.table);
  for (const auto& sql : refill.evidence) target.execute(sql);
}

Preparation::Preparation(const Context& context, const UndoRequest& wanted)
    : request(wanted), target(connect(context, wanted.target)), origin(connect(context, wanted.origin)) {
  Side now, then;
  {
    const pg::Transaction of_target(target, "BEGIN ISOLATION LEVEL REPEATABLE READ"), of_origin(origin, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    context.sink.phase("compare the catalogs");
    now = read_side(context, target, request.pg_dump);
    then = read_side(context, origin, request.pg_dump);
    now_definitions = schema::read_definitions(target);
    then_definitions = schema::read_definitions(origin);
    now_objects = schema::read_objects(target);
    then_objects = schema::read_objects(origin);
    casts = read_casts(target, now.catalog, then.catalog);
  }
  rows = request.archive.empty() ? rows_of_database(origin) : rows_of_archive(context, request.archive, then.catalog);
  auto pairing = pair(now, then, read_names(target), read_names(origin), request.is_clone, Sampling(target, *rows));
  SchemeOptions options;
  options.restores_rows_of.insert(request.restores_rows_of.begin(), request.restores_rows_of.end());
  for (const auto& fill : request.fills) options.filled.insert(fill.table);
  scheme = make_scheme(std::move(now), std::move(then), std::move(pairing), options);
  std::set<ObjectId> ids;
  for (const auto& id : scheme.vanished) ids.insert(id);
  identities = identify(target, ids);
  script = make_script(scheme, identities, casts, request);
}

}  // namespace safety::undo
