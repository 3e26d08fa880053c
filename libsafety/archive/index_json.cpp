// The index as text: SQL comment lines of pure ASCII JSON. Source: FORMAT.md, section "The index". The only place of
// this folder that knows nlohmann-json.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <charconv>
#include <concepts>
#include <optional>
#include <utility>

#include "libsafety/archive/index.hpp"
#include "libsafety/archive/index_string.hpp"
#include "libsafety/base/error.hpp"

namespace safety::archive {
namespace {

using Json = nlohmann::ordered_json;  // for writing: keys stay in the order a reader expects
using nlohmann::json;

constexpr std::string_view kFirstLine = "-- safety index ";
constexpr std::string_view kLineStart = "-- safety ";
constexpr unsigned kIndexVersion = 1;

// --- writing ---

Json to_json(const std::vector<std::string>& strings) {
  Json array = Json::array();
  for (const auto& string : strings) array.push_back(to_json_text(string));
  return array;
}

Json to_json(const std::map<std::string, std::string>& map) {
  Json object = Json::object();
  for (const auto& [key, value] : map) object[to_json_text(key)] = to_json_text(value);
  return object;
}

void append_line(std::string& into, const Json& object) {
  into.append(kLineStart).append(object.dump(-1, ' ', true)).push_back('\n');
}

Json archive_json(const Index& index) {
  return {{"kind", "archive"},
          {"id", to_json_text(index.id)},
          {"database", to_json_text(index.database)},
          {"system_identifier", to_json_text(index.system_identifier)},
          {"reason", to_json_text(index.reason)},
          {"label", to_json_text(index.label)},
          {"tool_version", to_json_text(index.tool_version)},
          {"snapshot_time", to_json_text(index.snapshot_time)},
          {"snapshot_lsn", to_json_text(index.snapshot_lsn)},
          {"server_version_num", index.server_version_num},
          {"server_version", to_json_text(index.server_version)},
          {"client_version_num", index.client_version_num},
          {"client_version", to_json_text(index.client_version)},
          {"has_envelope", index.has_envelope},
          {"is_schema_only", index.is_schema_only},
          {"schema_fingerprint", to_json_text(index.schema_fingerprint)},
          {"large_objects", index.large_objects},
          {"large_objects_digest", to_json_text(index.large_objects_digest)},
          {"sequences", index.sequences},
          {"roles", to_json(index.roles)},
          {"tablespaces", to_json(index.tablespaces)},
          {"facts", to_json(index.facts)}};
}

Json properties_json(const DatabaseProperties& properties) {
  Json role_settings = Json::object();
  for (const auto& [role, settings] : properties.role_settings) role_settings[to_json_text(role)] = to_json(settings);
  return {{"kind", "properties"},
          {"owner", to_json_text(properties.owner)},
          {"encoding", to_json_text(properties.encoding)},
          {"collate", to_json_text(properties.collate)},
          {"ctype", to_json_text(properties.ctype)},
          {"locale_provider", to_json_text(properties.locale_provider)},
          {"icu_locale", to_json_text(properties.icu_locale)},
          {"tablespace", to_json_text(properties.tablespace)},
          {"comment", to_json_text(properties.comment)},
          {"acl", to_json_text(properties.acl)},
          {"connection_limit", properties.connection_limit},
          {"is_template", properties.is_template},
          {"settings", to_json(properties.settings)},
          {"role_settings", role_settings}};
}

Json table_json(const Table& table, std::size_t position) {
  return {{"kind", "table"},
          {"table", position},
          {"schema", to_json_text(table.schema)},
          {"name", to_json_text(table.name)},
          {"columns", to_json(table.columns)},
          {"rows", table.rows},
          {"plain", table.plain_bytes},
          {"digest", to_json_text(table.digest)},
          {"is_data_excluded", table.is_data_excluded},
          {"is_extension_config", table.is_extension_config},
          {"condition", to_json_text(table.condition)},
          {"root_schema", to_json_text(table.root_schema)},
          {"root_name", to_json_text(table.root_name)}};
}

// By hand: there may be hundreds of thousands, and nothing in them needs escaping.
void append_frame_line(std::string& into, const Frame& frame) {
  const auto out = std::back_inserter(into);
  fmt::format_to(out, R"({}{{"kind":"frame","role":"{}")", kLineStart, name_of(frame.role));
  if (frame.table >= 0) fmt::format_to(out, R"(,"table":{})", frame.table);
  fmt::format_to(out, R"(,"offset":{},"stored":{},"plain":{},"rows":{},"crc":"{:08x}"}})", frame.offset,
                 frame.stored_bytes, frame.plain_bytes, frame.rows, frame.crc32);
  into.push_back('\n');
}

// --- reading ---

[[noreturn]] void fail(std::size_t line, std::string_view what) {
  throw Error(
      Code::archive_damaged, fmt::format("the archive's index is damaged in line {}: {}", line, what),
      "Choose another checkpoint from `safety-list`; what the rows are can still be read with zstdcat or zcat.");
}

/// The fields of one line. A missing field leaves the default, so that older archives stay readable; one of another
/// type is damage.
class Fields {
 public:
  Fields(const json& object, std::size_t line) : object_(object), line_(line) {}

  void read(const char* key, std::string& into) const {
    if (const json* value = find(key)) into = string_of(*value, key);
  }
  void read(const char* key, bool& into) const {
    if (const json* value = find(key)) into = value->is_boolean() ? value->get<bool>() : fail_type<bool>(key);
  }
  template <std::integral Number>
  void read(const char* key, Number& into) const {
    const json* value = find(key);
    if (value == nullptr) return;
    if (value->is_number_unsigned() && std::in_range<Number>(value->get<std::uint64_t>()))
      into = static_cast<Number>(value->get<std::uint64_t>());
    else if (value->is_number_integer() && !value->is_number_unsigned() &&
             std::in_range<Number>(value->get<std::int64_t>()))
      into = static_cast<Number>(value->get<std::int64_t>());
    else
      fail_type<Number>(key);
  }
  void read(const char* key, std::vector<std::string>& into) const {
    const json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_array()) fail_type<int>(key);
    for (const auto& element : *value) into.push_back(string_of(element, key));
  }
  void read(const char* key, std::map<std::string, std::string>& into) const {
    const json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_object()) fail_type<int>(key);
    for (const auto& [name, element] : value->items()) into[from_json_text(name)] = string_of(element, key);
  }
  void read(const char* key, std::map<std::string, std::map<std::string, std::string>>& into) const {
    const json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_object()) fail_type<int>(key);
    for (const auto& [name, element] : value->items()) {
      const json wrapped = {{key, element}};
      Fields(wrapped, line_).read(key, into[from_json_text(name)]);
    }
  }
  template <typename Value>
  Value need(const char* key) const {
    if (find(key) == nullptr) fail(line_, fmt::format("\"{}\" is missing", key));
    Value value{};
    read(key, value);
    return value;
  }

 private:
  const json* find(const char* key) const {
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }
  std::string string_of(const json& value, const char* key) const {
    if (!value.is_string()) fail_type<int>(key);
    return from_json_text(value.get_ref<const std::string&>());
  }
  template <typename Value>
  Value fail_type(const char* key) const {
    fail(line_, fmt::format("\"{}\" has a value of the wrong kind", key));
  }

  const json& object_;
  std::size_t line_;
};

void read_archive(const Fields& fields, Index& index) {
  fields.read("id", index.id);
  fields.read("database", index.database);
  fields.read("system_identifier", index.system_identifier);
  fields.read("reason", index.reason);
  fields.read("label", index.label);
  fields.read("tool_version", index.tool_version);
  fields.read("snapshot_time", index.snapshot_time);
  fields.read("snapshot_lsn", index.snapshot_lsn);
  fields.read("server_version_num", index.server_version_num);
  fields.read("server_version", index.server_version);
  fields.read("client_version_num", index.client_version_num);
  fields.read("client_version", index.client_version);
  fields.read("has_envelope", index.has_envelope);
  fields.read("is_schema_only", index.is_schema_only);
  fields.read("schema_fingerprint", index.schema_fingerprint);
  fields.read("large_objects", index.large_objects);
  fields.read("large_objects_digest", index.large_objects_digest);
  fields.read("sequences", index.sequences);
  fields.read("roles", index.roles);
  fields.read("tablespaces", index.tablespaces);
  fields.read("facts", index.facts);
}

void read_properties(const Fields& fields, DatabaseProperties& properties) {
  fields.read("owner", properties.owner);
  fields.read("encoding", properties.encoding);
  fields.read("collate", properties.collate);
  fields.read("ctype", properties.ctype);
  fields.read("locale_provider", properties.locale_provider);
  fields.read("icu_locale", properties.icu_locale);
  fields.read("tablespace", properties.tablespace);
  fields.read("comment", properties.comment);
  fields.read("acl", properties.acl);
  fields.read("connection_limit", properties.connection_limit);
  fields.read("is_template", properties.is_template);
  fields.read("settings", properties.settings);
  fields.read("role_settings", properties.role_settings);
}

Table read_table(const Fields& fields, std::size_t position, std::size_t line) {
  if (fields.need<std::uint64_t>("table") != position) fail(line, "a table is not in its place");
  Table table;
  table.schema = fields.need<std::string>("schema");
  table.name = fields.need<std::string>("name");
  fields.read("columns", table.columns);
  fields.read("rows", table.rows);
  fields.read("plain", table.plain_bytes);
  fields.read("digest", table.digest);
  fields.read("is_data_excluded", table.is_data_excluded);
  fields.read("is_extension_config", table.is_extension_config);
  fields.read("condition", table.condition);
  fields.read("root_schema", table.root_schema);
  fields.read("root_name", table.root_name);
  return table;
}

Role parse_role(std::string_view name, std::size_t line) {
  // Index and footer describe themselves nowhere.
  for (int role = 0; role < static_cast<int>(Role::index); ++role)
    if (name_of(static_cast<Role>(role)) == name) return static_cast<Role>(role);
  fail(line, "a frame has an unknown role");
}

Frame read_frame(const Fields& fields, std::size_t line) {
  Frame frame;
  frame.role = parse_role(fields.need<std::string>("role"), line);
  fields.read("table", frame.table);
  if (frame.table < -1) fail(line, "a frame has a negative table");
  frame.offset = fields.need<std::uint64_t>("offset");
  frame.stored_bytes = fields.need<std::uint64_t>("stored");
  frame.plain_bytes = fields.need<std::uint64_t>("plain");
  fields.read("rows", frame.rows);
  const auto crc = fields.need<std::string>("crc");
  const auto [end, error] = std::from_chars(crc.data(), crc.data() + crc.size(), frame.crc32, 16);
  if (crc.size() != 8 || error != std::errc() || end != crc.data() + crc.size())
    fail(line, "\"crc\" is not a checksum");
  return frame;
}

/// The line without its newline; nullopt after the last. A last line without a newline was cut.
std::optional<std::string_view> take_line(std::string_view& text, std::size_t line) {
  if (text.empty()) return std::nullopt;
  const auto end = text.find('\n');
  if (end == std::string_view::npos) fail(line, "it has no end");
  const auto taken = text.substr(0, end);
  text.remove_prefix(end + 1);
  return taken;
}

void check_first_line(std::string_view line) {
  if (!line.starts_with(kFirstLine)) fail(1, "it does not begin with \"-- safety index\"");
  const auto digits = line.substr(kFirstLine.size());
  unsigned version = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  if (error != std::errc() || end != digits.data() + digits.size() || version == 0) fail(1, "its version is no number");
  if (version > kIndexVersion)
    throw Error(Code::version,
                fmt::format("the archive's format version {} is newer than this tool's {}", version, kIndexVersion),
                "Install the release of the safety tools that wrote it; any stock psql can still restore it.");
}

/// Reads one `-- safety {json}` line into the index; true when it was the end line.
bool read_line(std::string_view text, std::size_t line, Index& index) {
  if (!text.starts_with(kLineStart)) fail(line, "it does not begin with \"-- safety\"");
  text.remove_prefix(kLineStart.size());
  const json object = json::parse(text.begin(), text.end(), nullptr, false);
  if (!object.is_object()) fail(line, "it holds no JSON object");
  const Fields fields(object, line);
  const auto kind = fields.need<std::string>("kind");
  if (kind == "frame") {
    index.frames.push_back(read_frame(fields, line));
  } else if (kind == "table") {
    index.tables.push_back(read_table(fields, index.tables.size(), line));
  } else if (kind == "object") {
    index.schema_objects.push_back({.kind = fields.need<std::string>("type"),
                                    .name = fields.need<std::string>("name"),
                                    .hash = fields.need<std::string>("hash")});
  } else if (kind == "extension") {
    Extension& extension = index.extensions.emplace_back();
    extension.name = fields.need<std::string>("name");
    fields.read("version", extension.version);
    fields.read("schema", extension.schema);
  } else if (kind == "archive") {
    read_archive(fields, index);
  } else if (kind == "properties") {
    read_properties(fields, index.properties);
  } else if (kind == "end") {
    if (fields.need<std::uint64_t>("tables") != index.tables.size()) fail(line, "tables are missing");
    if (fields.need<std::uint64_t>("frames") != index.frames.size()) fail(line, "frames are missing");
    return true;
  }
  return false;  // kinds we do not know are of a later minor version
}

}  // namespace

std::string format_index(const Index& index) {
  std::string text;
  text.reserve(4096 + index.tables.size() * 300 + index.frames.size() * 120);
  text.append(kFirstLine).append(std::to_string(kIndexVersion)).push_back('\n');
  append_line(text, archive_json(index));
  append_line(text, properties_json(index.properties));
  for (const auto& extension : index.extensions)
    append_line(text, {{"kind", "extension"},
                       {"name", to_json_text(extension.name)},
                       {"version", to_json_text(extension.version)},
                       {"schema", to_json_text(extension.schema)}});
  for (const auto& object : index.schema_objects)
    append_line(text, {{"kind", "object"},
                       {"type", to_json_text(object.kind)},
                       {"name", to_json_text(object.name)},
                       {"hash", to_json_text(object.hash)}});
  for (std::size_t i = 0; i < index.tables.size(); ++i) append_line(text, table_json(index.tables[i], i));
  for (const auto& frame : index.frames) append_frame_line(text, frame);
  append_line(text, {{"kind", "end"}, {"tables", index.tables.size()}, {"frames", index.frames.size()}});
  return text;
}

Index parse_index(std::string_view text) {
  std::size_t line = 1;
  const auto first = take_line(text, line);
  if (!first) fail(line, "it is empty");
  check_first_line(*first);
  Index index;
  bool is_ended = false;
  while (const auto content = take_line(text, ++line)) {
    if (is_ended) fail(line, "it comes after the end");
    is_ended = read_line(*content, line, index);
  }
  if (!is_ended) fail(line, "the end line is missing");
  for (const auto& frame : index.frames)
    if (frame.table >= 0 && static_cast<std::size_t>(frame.table) >= index.tables.size())
      fail(line, "a frame belongs to no table");
  return index;
}

}  // namespace safety::archive
