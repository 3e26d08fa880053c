// Whatever stands in the files and commands of a project, reading them ends and does not fail: configurations, schemas,
// migrations and command lines are what people wrote.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "libsafety/migrations/checksum.hpp"
#include "libsafety/migrations/command_line.hpp"
#include "libsafety/migrations/create_table.hpp"
#include "libsafety/migrations/drizzle_project.hpp"
#include "libsafety/migrations/drizzle_scope.hpp"
#include "libsafety/migrations/prisma_project.hpp"
#include "libsafety/migrations/script.hpp"

namespace {

using namespace safety::migrations;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto tokens = read_tokens(text);
  require(!tokens.empty() && tokens.back().kind == Token::Kind::end);
  for (const auto& token : tokens) require(token.pieces.empty() || token.pieces.size() == token.substitutions.size() + 1);
  const Script script(text);
  script.default_export();
  for (std::size_t at = 0; at < tokens.size() && at < 200; ++at) script.value_at(at);
  read_declarations(text);
  tables_of_schema(text);
  tables_left_by({{"1", "1.sql", text}});
  for (const auto& one : invocations_of(text, "/nowhere")) require(!one.words.empty());
  is_let_through({text}, "media");
  require(!is_checksum_of("", text));
  return 0;
}
