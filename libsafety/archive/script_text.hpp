#pragma once
// Small surgery on pg_dump's plain output, so that several sections make one script.
//
// What is taken out is recognised by SqlScript, so a function body or string that looks the same stays whole.
// Everything else stays byte for byte. Errors: those of SqlScript.

#include <string>
#include <string_view>

namespace safety::archive {

/// The output of `pg_dump --section=...` without its \restrict and \unrestrict lines and, when asked, without the
/// settings of its header. Kept are the settings that belong to the objects that follow, even where pg_dump writes
/// them above the first object's comment block: default_tablespace, default_table_access_method and their like.
std::string clean_section(std::string_view pg_dump_text, bool strip_settings);

/// Without the lines that are exactly `BEGIN;` or `COMMIT;`: pg_dump wraps each large object in such a pair, which
/// would end a transaction around the whole script.
std::string strip_transaction_commands(std::string_view text);

}  // namespace safety::archive
