#include "libsafety/checkpoint/record.hpp"

#include <nlohmann/json.hpp>

#include "libsafety/base/error.hpp"

namespace safety::checkpoint {
using nlohmann::json;
namespace {

constexpr int kRecordSchema = 1;

std::string text(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

template <typename Number>
Number number(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<Number>() : Number{};
}

bool is_true(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace

std::string name_of(Proof proof) { return proof == Proof::none ? "none" : "L" + std::to_string(static_cast<int>(proof)); }

std::optional<Proof> parse_proof(const std::string& name) {
  if (name.size() != 2 || (name[0] != 'L' && name[0] != 'l') || name[1] < '1' || name[1] > '5') return std::nullopt;
  return static_cast<Proof>(name[1] - '0');
}

Proof Record::proof() const {
  Proof highest = Proof::none;
  for (const auto& entry : proofs) {
    if (!entry.is_passed)
      highest = Proof::none;
    else if (entry.level > highest)
      highest = entry.level;
  }
  return highest;
}

std::string format_record(const Record& record) {
  json proofs = json::array();
  for (const auto& entry : record.proofs)
    proofs.push_back({{"level", name_of(entry.level)}, {"at", entry.at}, {"seconds", entry.seconds},
                      {"passed", entry.is_passed}, {"message", entry.message}});
  json object{{"schema", kRecordSchema},
              {"kind", "checkpoint"},
              {"id", record.id},
              {"sequence", record.sequence},
              {"database", record.database},
              {"system_identifier", record.system_identifier},
              {"label", record.label},
              {"reason", record.reason},
              {"snapshot_time", record.snapshot_time},
              {"created", record.created},
              {"server_version", record.server_version},
              {"server_version_num", record.server_version_num},
              {"client_version", record.client_version},
              {"tool_version", record.tool_version},
              {"lsn", record.snapshot_lsn},
              {"git_commit", record.git_commit},
              {"schema_fingerprint", record.schema_fingerprint},
              {"tables", record.tables},
              {"rows", record.rows},
              {"plain_bytes", record.plain_bytes},
              {"large_objects", record.large_objects},
              {"seconds", record.seconds},
              {"schema_only", record.is_schema_only},
              {"partial", record.is_partial},
              {"facts", record.facts},
              {"pins", record.pins},
              {"proofs", proofs}};
  if (record.names_archive())
    object["archive"] = {{"file", record.archive.file}, {"bytes", record.archive.bytes}, {"sha256", record.archive.sha256},
                         {"format", record.archive.format}};
  if (const auto& clone = record.clone)
    object["clone"] = {{"database", clone->database}, {"oid", clone->oid}, {"strategy", clone->strategy}, {"bytes", clone->bytes},
                       {"seconds", clone->seconds}, {"created", clone->created}};
  return object.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Record parse_record(const std::string& content, const std::filesystem::path& path) {
  const auto object = json::parse(content, nullptr, false);
  if (!object.is_object() || text(object, "kind") != "checkpoint" || text(object, "id").empty())
    throw Error(Code::archive_damaged, "\"" + path.string() + "\" is not a checkpoint record",
                "`safety-list --rebuild` makes records anew from the archives.");
  if (number<int>(object, "schema") > kRecordSchema)
    throw Error(Code::version, "\"" + path.string() + "\" was written by a newer version of this toolkit", "Upgrade this toolkit.");
  Record record;
  record.id = text(object, "id");
  record.sequence = number<std::uint64_t>(object, "sequence");
  record.database = text(object, "database");
  record.system_identifier = text(object, "system_identifier");
  record.label = text(object, "label");
  record.reason = text(object, "reason");
  record.snapshot_time = text(object, "snapshot_time");
  record.created = text(object, "created");
  record.server_version = text(object, "server_version");
  record.server_version_num = number<int>(object, "server_version_num");
  record.client_version = text(object, "client_version");
  record.tool_version = text(object, "tool_version");
  record.snapshot_lsn = text(object, "lsn");
  record.git_commit = text(object, "git_commit");
  record.schema_fingerprint = text(object, "schema_fingerprint");
  record.tables = number<std::uint64_t>(object, "tables");
  record.rows = number<std::uint64_t>(object, "rows");
  record.plain_bytes = number<std::uint64_t>(object, "plain_bytes");
  record.large_objects = number<std::uint64_t>(object, "large_objects");
  record.seconds = number<double>(object, "seconds");
  record.is_schema_only = is_true(object, "schema_only");
  record.is_partial = is_true(object, "partial");
  const auto facts = object.value("facts", json::object());  // named: items() only refers to it
  for (const auto& [name, value] : facts.items())
    if (value.is_string()) record.facts[name] = value;
  for (const auto& pin : object.value("pins", json::array()))
    if (pin.is_string()) record.pins.push_back(pin);
  const auto archive = object.value("archive", json::object());
  record.archive = {text(archive, "file"), number<std::uint64_t>(archive, "bytes"), text(archive, "sha256"), text(archive, "format")};
  if (const auto clone = object.find("clone"); clone != object.end() && clone->is_object() && !text(*clone, "database").empty())
    record.clone = Clone{text(*clone, "database"), number<std::uint32_t>(*clone, "oid"), text(*clone, "strategy"),
                         number<std::uint64_t>(*clone, "bytes"), number<double>(*clone, "seconds"), text(*clone, "created")};
  for (const auto& entry : object.value("proofs", json::array()))
    record.proofs.push_back({parse_proof(text(entry, "level")).value_or(Proof::none), text(entry, "at"),
                             number<double>(entry, "seconds"), is_true(entry, "passed"), text(entry, "message")});
  return record;
}

}  // namespace safety::checkpoint
