#include "libsafety/schema/fingerprint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "libsafety/archive/sha256.hpp"
#include "libsafety/schema/catalog.hpp"

namespace safety::schema {
namespace {

auto key_of(const archive::SchemaObject& object) { return std::tie(object.kind, object.name); }

}  // namespace

std::vector<archive::SchemaObject> read_objects(pg::Connection& connection) {
  std::vector<archive::SchemaObject> objects;
  for (const auto& query : hashed_queries(connection.server_major())) {
    const auto rows = connection.execute(fmt::format("SELECT {}, {}, left(pg_catalog.md5({}), 16) {}", query.kind, query.name, query.hashed, query.from));
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

std::vector<Difference> compare_objects(const std::vector<archive::SchemaObject>& expected, const std::vector<archive::SchemaObject>& found,
                                        const CompareOptions& options) {
  std::vector<Difference> differences;
  std::map<std::pair<std::string, std::string>, std::string> rest;
  for (const auto& object : found) rest[{object.kind, object.name}] = object.hash;
  for (const auto& object : expected) {
    if (object.kind == "privileges" && !options.compares_privileges) continue;
    const auto at = rest.find({object.kind, object.name});
    if (at == rest.end()) {
      differences.push_back({Difference::What::missing, object.kind, object.name});
      continue;
    }
    if (options.compares_definitions && at->second != object.hash) differences.push_back({Difference::What::changed, object.kind, object.name});
    rest.erase(at);
  }
  for (const auto& [key, hash] : rest)
    if (key.first != "privileges" || options.compares_privileges) differences.push_back({Difference::What::added, key.first, key.second});
  return differences;
}

std::vector<std::string> describe_differences(const std::vector<archive::SchemaObject>& expected,
                                              const std::vector<archive::SchemaObject>& found, const CompareOptions& options) {
  std::vector<std::string> lines;
  for (const auto& [what, kind, name] : compare_objects(expected, found, options))
    lines.push_back(fmt::format("{} {} {}", kind, name,
                                what == Difference::What::missing ? "is missing"
                                : what == Difference::What::added ? "is not expected"
                                                                  : "is defined differently"));
  return lines;
}

}  // namespace safety::schema
