#pragma once
// Pieces of markup that the parts of the page share. Internal to this folder.

#include <string>
#include <string_view>
#include <vector>

#include "libsafety/base/time.hpp"
#include "libsafety/page/history.hpp"
#include "libsafety/page/verdict.hpp"

namespace safety::page {

/// Escaped, of one line, UTF-8: the one way in for texts from elsewhere.
std::string plain(std::string_view text);
/// The class that gives a thing its colour: "good", "warn", "bad", and "" for what is neither.
std::string class_of(Level level);

std::string heading(int level, const std::string& title);
/// A sentence and the command that helps.
std::string sentence(const Reason& reason);

/// "2026-11-26 12:23" of RFC 3339, marked up as a time; other texts as they are.
std::string time_markup(const std::string& rfc3339);
/// The same without markup.
std::string minute_text(const std::string& rfc3339);
/// "26 Nov".
std::string day_text(Instant at);

/// A word whose colour only says what the word says: `tone` is "good", "warn", "bad" or "".
std::string badge(const std::string& tone, const std::string& words);
/// "L4 content", "not verified", "FAILED L2", "GONE", "clone alone".
std::string proof_badge(const Checkpoint& one);

struct Column {
  std::string title;
  std::string kind{};  // "figure", "time", "name" (in one line on a screen), "prose" and "free" (wide enough to be read), or ""
};
/// In a box that scrolls by itself. The first cell of a row is its heading. Cells are markup.
std::string table(const std::string& label, const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows);

/// Rows of a table are for people: so many of the newest, and a note about the rest.
constexpr std::size_t kMostRows = 200;
std::string note_of_rest(std::size_t all, std::size_t shown, const std::string& noun, const std::string& where);

}  // namespace safety::page
