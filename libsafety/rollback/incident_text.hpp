#pragma once
// What both forms of an incident's account say in the same words. Internal to this folder.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libsafety/rollback/incident.hpp"

namespace safety::rollback {

/// One sentence: which database came back to what, how, and what became of it.
std::string lead_of(const Incident& incident);

/// Label and value; what is not known is not in it.
std::vector<std::pair<std::string, std::string>> facts_of(const Incident& incident);

/// "2026-11-26 12:23:36.120" of RFC 3339; other texts as they are.
std::string instant_text(const std::string& rfc3339);
/// Empty for what took no time that is known.
std::string took_text(double seconds);

/// A text in pieces: what stands between two backticks is code. All of it is one line and UTF-8; joined it lacks those backticks only.
struct Piece {
  std::string text;
  bool is_code = false;
};
std::vector<Piece> pieces_of(const std::string& text);

/// SQL with its lines and tabs, and without other control characters and bytes that are not UTF-8. Ends with a newline.
std::string sql_text(const std::string& sql);

}  // namespace safety::rollback
