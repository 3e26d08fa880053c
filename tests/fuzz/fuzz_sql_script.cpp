// Whatever the text and wherever it is cut, SqlScript gives the same statements and rows, or the same error; each
// statement's text stands in the script at its offset; classifying and cleaning never fail in another way.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "libsafety/archive/script_text.hpp"
#include "libsafety/archive/sql_script.hpp"
#include "libsafety/archive/statement_class.hpp"
#include "libsafety/base/error.hpp"

namespace {

using safety::archive::SqlScript;
using safety::archive::Statement;

void require(bool holds) {
  if (!holds) std::abort();
}

// One text of all that a script yields, up to its error.
std::string read_all(SqlScript script, std::string_view text) {
  std::string all;
  bool has_copy = false;
  try {
    while (const auto statement = script.next()) {
      // What follows COPY on its own line is read after the rows, so that only before it offsets are in the text.
      has_copy = has_copy || statement->kind == Statement::Kind::copy_from_stdin;
      if (!has_copy) require(text.substr(statement->offset, statement->text.size()) == statement->text);
      all += std::to_string(static_cast<int>(statement->kind)) + " " + std::to_string(statement->line) + " " +
             std::to_string(statement->offset) + " " + statement->text + "\n" + statement->toc_name + "\n" +
             statement->toc_type + "\n" + statement->toc_schema + "\n";
      safety::archive::classify(statement->text);
      safety::archive::owner_of(statement->text);
      safety::archive::is_privilege(statement->text);
      safety::archive::is_setting(statement->text);
      if (statement->kind != Statement::Kind::copy_from_stdin) continue;
      for (std::string rows; script.next_rows(rows);) {
        require(rows.ends_with('\n'));
        all += rows;
      }
      all += "end of rows\n";
    }
  } catch (const safety::Error& error) {
    require(error.code() == safety::Code::archive_incomplete);
    all += error.message();
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string whole = read_all(SqlScript(text), text);
  for (std::size_t piece = 1; piece <= 7; ++piece) {
    std::size_t at = 0;
    const auto source = [&](std::string& into) {
      into.append(text.substr(at, piece));
      at = std::min(at + piece, text.size());
      return at < text.size();
    };
    require(read_all(SqlScript(source), text) == whole);
  }
  try {
    const std::string clean = safety::archive::clean_section(text, true);
    require(clean.size() <= text.size());
    require(safety::archive::strip_transaction_commands(text).size() <= text.size());
  } catch (const safety::Error&) {
  }
  safety::archive::canonical_name(text);
  return 0;
}
