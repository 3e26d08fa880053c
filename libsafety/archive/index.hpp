#pragma once
// What an archive says about itself: the index frame's content, its text form, and the footer that points to it.
// Source: FORMAT.md, sections "index" and "footer". Reading and writing of both stand together in index.cpp.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libsafety/archive/codec.hpp"

namespace safety::archive {

enum class Role {
  envelope,       // settings and BEGIN, or COMMIT
  pre_data,       // pg_dump's section of that name
  copy_begin,     // one COPY ... FROM stdin; line
  rows,           // COPY text rows only, whole lines
  copy_end,       // the line \.
  large_objects,  // lo_* calls
  sequences,      // setval calls
  post_data,      // pg_dump's section of that name
  index,
  footer,
};
std::string_view name_of(Role role);

/// One frame. Offsets and sizes in bytes; frames lie back to back from offset 0 to the end of the file.
struct Frame {
  Role role = Role::rows;
  std::int32_t table = -1;  // position in Index::tables, -1 when it belongs to none
  std::uint64_t offset = 0, stored_bytes = 0, plain_bytes = 0, rows = 0;
  std::uint32_t crc32 = 0;  // of the stored bytes
};

/// One table whose rows the archive was asked to hold.
struct Table {
  std::string schema, name;
  std::vector<std::string> columns;  // copied columns in order; generated ones are not copied
  std::uint64_t rows = 0, plain_bytes = 0;
  std::string digest;             // RowDigest::hex; empty when data is excluded
  bool is_data_excluded = false;  // --exclude-table-data
  bool is_extension_config = false;  // rows an extension's script does not make: loaded serially, first
  std::string condition;             // extension config tables: " WHERE ...", else empty
  /// The partitioned table that these rows must go in through; empty: this table itself. Rows of a partition by the
  /// hash of an enum: labels hash by oid, so the same row may belong to another partition after a restore.
  std::string root_schema, root_name;
};

struct Extension {
  std::string name, version, schema;
};

/// One schema object, for the proof that a restore made the same schema.
struct SchemaObject {
  std::string kind, name;  // "table", "public.users"; name is quoted where SQL needs it
  std::string hash;        // 16 hex digits of its definition
};

/// Database-level properties: in no plain dump, lost by TEMPLATE.
struct DatabaseProperties {
  std::string owner, encoding, collate, ctype, locale_provider, icu_locale, tablespace, comment;
  std::string acl;            // aclitem[] as text; empty when default
  int connection_limit = -1;
  bool is_template = false;
  std::map<std::string, std::string> settings;                              // ALTER DATABASE ... SET
  std::map<std::string, std::map<std::string, std::string>> role_settings;  // role -> ALTER ROLE ... IN DATABASE SET
};

/// Everything the index holds. Strings are UTF-8 or, for a SQL_ASCII database, whatever bytes it held: the text form
/// escapes them so that it is always valid JSON.
struct Index {
  // Identity
  std::string id, database, system_identifier, reason, label, tool_version;
  std::string snapshot_time;  // RFC 3339
  std::string snapshot_lsn;
  int server_version_num = 0, client_version_num = 0;
  std::string server_version, client_version;
  // Options that shaped it
  bool has_envelope = true, is_schema_only = false;
  std::string schema_fingerprint;
  // Needs of the target
  std::vector<std::string> roles, tablespaces;
  std::vector<Extension> extensions;
  DatabaseProperties properties;
  // Content
  std::uint64_t large_objects = 0, sequences = 0;
  std::string large_objects_digest;
  std::map<std::string, std::string> facts;  // migration heads, git commit ...: only ever added to
  std::vector<SchemaObject> schema_objects;
  std::vector<Table> tables;
  std::vector<Frame> frames;  // all but index and footer, in file order

  std::uint64_t total_rows() const;
  std::uint64_t total_plain_bytes() const;
};

/// SQL comment lines, each `-- safety {json}`. Source: FORMAT.md.
std::string format_index(const Index& index);
/// Requires the plain text of an index frame. Errors: archive_damaged when it breaks the grammar (naming the line),
/// version when it was written by a newer major format.
Index parse_index(std::string_view text);

struct Footer {
  std::uint64_t index_offset = 0, index_stored_bytes = 0, index_plain_bytes = 0;
  std::string index_sha256;  // 64 hex digits, of the index frame's stored bytes
};

inline constexpr std::size_t kFooterTextBytes = 192;
/// Exactly kFooterTextBytes bytes of SQL comment ending in a newline; holds a checksum of itself.
std::string format_footer(const Footer& footer);
/// Errors: archive_incomplete when it is no footer at all; archive_damaged when its checksum is wrong.
Footer parse_footer(std::string_view text);

}  // namespace safety::archive
