#include "tests/undo/corpus_case.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "libsafety/base/text.hpp"
#include "tests/testing/testing.hpp"

namespace safety::undo {
namespace {

Loss parse_loss(const std::string& text) {
  for (const auto loss : {Loss::lossless, Loss::lossy, Loss::impossible})
    if (name_of(loss) == text) return loss;
  throw std::runtime_error("expect: " + text + " is no class of loss");
}

/// "public.users.phone = 'unknown'"
Fill parse_fill(const std::string& text) {
  const auto equals = text.find(" = ");
  const auto dot = text.rfind('.', equals);
  if (equals == std::string::npos || dot == std::string::npos) throw std::runtime_error("fill: " + text + " is not TABLE.COLUMN = EXPRESSION");
  return {text.substr(0, dot), text.substr(dot + 1, equals - dot - 1), text.substr(equals + 3)};
}

void read_directive(const std::string& key, const std::string& value, Case& one) {
  if (key == "case")
    one.title = value;
  else if (key == "expect")
    one.expected = parse_loss(value);
  else if (key == "says")
    one.says.push_back(value);
  else if (key == "check")
    one.checks.push_back(value);
  else if (key == "fill")
    one.fills.push_back(parse_fill(value));
  else if (key == "restore-rows")
    one.restores_rows_of.push_back(value);
  else if (key == "made")
    (one.made_by_migration ? *one.made_by_migration : one.made_by_migration.emplace()).push_back(value);
  else if (key == "cascade")
    one.cascades = true;
  else if (key == "not-in-archive-mode")
    one.not_in_archive_mode = value;
  else
    throw std::runtime_error("-- " + key + ": is no directive");
}

std::string* section_of(const std::string& line, Case& one) {
  if (line == "-- before:") return &one.before;
  if (line == "-- up:") return &one.up;
  if (line == "-- after:") return &one.after;
  return nullptr;
}

}  // namespace

Case read_case(const std::filesystem::path& file) {
  Case one;
  one.name = file.stem().string();
  std::istringstream text(testing::read_text(file));
  std::string* section = nullptr;
  for (std::string line; std::getline(text, line);) {
    if (auto* begun = section_of(line, one)) {
      section = begun;
    } else if (section != nullptr) {
      *section += line + "\n";
    } else if (line.starts_with("-- ")) {
      const auto colon = std::min(line.find(": "), line.size());
      read_directive(line.substr(3, colon - 3), line.substr(std::min(colon + 2, line.size())), one);
    } else {
      throw std::runtime_error(file.string() + ": a line before the first section is no directive: " + line);
    }
  }
  if (one.title.empty() || one.up.empty()) throw std::runtime_error(file.string() + " has no title or no migration");
  return one;
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(testing::source_path("tests/undo/corpus")))
    if (entry.path().extension() == ".sql") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace safety::undo
