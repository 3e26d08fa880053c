#include "libsafety/preflight/target_type.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <regex>

namespace safety::preflight {
namespace {

// Oids of types that the server's source fixes (pg_type.dat).
constexpr const char* kBpchar = "1042";
constexpr const char* kVarchar = "1043";
constexpr const char* kBit = "1560";
constexpr const char* kVarbit = "1562";
constexpr const char* kNumeric = "1700";
constexpr const char* kTimestamp = "1114";
constexpr const char* kTimestamptz = "1184";
const std::map<std::string, std::pair<const char*, const char*>> kIntegers{
    {"21", {"-32768", "32767"}},
    {"23", {"-2147483648", "2147483647"}},
    {"20", {"-9223372036854775808", "9223372036854775807"}}};

/// What a domain is made of, down to the ground.
constexpr const char* kGround =
    "(WITH RECURSIVE down(oid, base) AS (SELECT g.oid, g.typbasetype FROM pg_catalog.pg_type g WHERE g.oid = {0} "
    "UNION ALL SELECT g.oid, g.typbasetype FROM down JOIN pg_catalog.pg_type g ON g.oid = down.base) SELECT oid FROM "
    "down WHERE base = 0)";

/// (n) or (p, s) of a type as it is written; -1 for what is not there.
std::pair<int, int> modifiers_of(const std::string& sql) {
  static const std::regex modifiers(R"(\(\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?\))");
  std::smatch match;
  if (!std::regex_search(sql, match, modifiers)) return {-1, -1};
  return {std::stoi(match[1]), match[2].matched ? std::stoi(match[2]) : -1};
}

}  // namespace

std::optional<TargetType> find_type(Session& session, const std::string& sql) {
  const auto rows = session.query(
      fmt::format("SELECT t.oid, {}, t.typcategory FROM pg_catalog.pg_type t WHERE t.oid = pg_catalog.to_regtype($1)",
                  fmt::format(fmt::runtime(kGround), "t.oid")),
      {sql});
  if (rows.rows() == 0) return std::nullopt;
  TargetType type;
  type.sql = sql;
  type.oid = rows.text(0, 0);
  type.base_oid = rows.text(0, 1);
  type.category = rows.value(0, 2).front();
  const auto [first, second] = modifiers_of(sql);
  const bool has_modifiers = first >= 0;
  const auto& oid = type.oid;
  if (oid == kVarchar || oid == kVarbit) {
    if (has_modifiers) type.length = first;
  } else if (oid == kBpchar || oid == kBit) {
    // char alone is char(1), bpchar has no limit.
    if (has_modifiers)
      type.length = first;
    else if (sql.find("bpchar") == std::string::npos)
      type.length = 1;
  } else if (oid == kNumeric && has_modifiers) {
    type.precision = first;
    type.scale = std::max(second, 0);
  }
  return type;
}

std::string TargetType::too_long(const std::string& value) const {
  if (!length) return "";
  if (oid == kBit) return fmt::format("pg_catalog.length(({})::bit varying) <> {}", value, *length);
  if (oid == kVarbit) return fmt::format("pg_catalog.length(({})::bit varying) > {}", value, *length);
  // Blanks beyond the end are cut off without a word, as the standard wants it.
  return fmt::format("pg_catalog.length(pg_catalog.rtrim(({0})::text, ' ')) > {1}", value, *length);
}

std::string TargetType::out_of_range(const std::string& value) const {
  if (const auto found = kIntegers.find(oid); found != kIntegers.end())
    return fmt::format("pg_catalog.round(({})::numeric) NOT BETWEEN {} AND {}", value, found->second.first,
                       found->second.second);
  if (precision)
    return fmt::format("pg_catalog.abs(pg_catalog.round(({})::numeric, {})) >= 10::numeric ^ {}", value, *scale,
                       *precision - *scale);
  return "";
}

bool is_widening(Session& session, const Column& from, const TargetType& to) {
  const auto [old_first, old_second] = modifiers_of(from.type);
  const auto [first, second] = modifiers_of(to.sql);
  if (from.type_oid == to.oid) {
    if (first == old_first && second == old_second) return true;
    if (to.oid == kBpchar || to.oid == kBit) return false;
    if (first < 0) return true;
    if (old_first < 0 || first < old_first) return false;
    return to.oid != kNumeric || std::max(second, 0) == std::max(old_second, 0);
  }
  if (first >= 0 && (old_first < 0 || first < old_first)) return false;
  // A time with and one without zone are the same number where the zone is UTC.
  if ((from.type_oid == kTimestamp && to.oid == kTimestamptz) ||
      (from.type_oid == kTimestamptz && to.oid == kTimestamp))
    return session
        .query(
            "SELECT pg_catalog.current_setting('TimeZone') IN ('UTC', 'Etc/UTC', 'GMT', 'Etc/GMT', 'UCT', 'Etc/UCT', "
            "'Zulu')")
        .is_true(0, 0);
  return session
      .query(
          "SELECT EXISTS (SELECT FROM pg_catalog.pg_cast c WHERE c.castsource = $1::pg_catalog.oid AND c.casttarget = "
          "$2::pg_catalog.oid "
          "AND c.castmethod = 'b' AND c.castcontext IN ('a', 'i'))",
          {from.type_oid, to.oid})
      .is_true(0, 0);
}

bool is_assignable(Session& session, const std::string& from_oid, const TargetType& to) {
  const auto from = fmt::format("$1::pg_catalog.oid"), ground = fmt::format(fmt::runtime(kGround), from);
  return session
      .query(
          fmt::format("SELECT s.oid = d.oid OR d.typcategory = 'S' OR EXISTS (SELECT FROM pg_catalog.pg_cast c WHERE "
                      "c.castcontext IN ('a', 'i') "
                      "AND c.castsource IN ($1::pg_catalog.oid, s.oid) AND c.casttarget = d.oid) "
                      "OR (s.typelem <> 0 AND d.typelem <> 0 AND s.typcategory = 'A' AND d.typcategory = 'A' AND "
                      "(s.typelem = d.typelem OR EXISTS (SELECT FROM pg_catalog.pg_cast c "
                      "WHERE c.castcontext IN ('a', 'i') AND c.castsource = s.typelem AND c.casttarget = d.typelem))) "
                      "FROM pg_catalog.pg_type s, pg_catalog.pg_type d WHERE s.oid = {} AND d.oid = $2::pg_catalog.oid",
                      ground),
          {from_oid, to.base_oid})
      .is_true(0, 0);
}

}  // namespace safety::preflight
