#include "tools/common/runbook.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

namespace safety::tools {
namespace {

using rollback::Answer;
using rollback::Question;

bool can_stop(const Question& question) { return question.can_be_stopped && !question.is_for_person; }

std::string prompt_of(const Question& question) {
  std::string keys = question.is_for_person ? "[y] done  " : "[y] yes  ";
  keys += question.can_be_skipped ? "[k] skip  " : "";
  keys += "[e] explain  ";
  if (!question.sql.empty()) keys += "[s] show SQL  ";
  return keys + (can_stop(question) ? "[n] stop and undo  " : "") + "[q] quit, to resume later: ";
}

std::string ask_line(const std::string& prompt) {
  std::cerr << prompt << std::flush;
  std::string line;
  if (!std::getline(std::cin, line)) line = "q";  // the terminal is gone: nothing is decided for anybody
  return line;
}

Answer ask(const Question& question) {
  std::cerr << fmt::format("\nstep {} of {}: {}\n", question.number, question.of, question.what);
  for (const auto& task : question.tasks) std::cerr << "  - " << task << "\n";
  for (;;) {
    const auto answer = ask_line(prompt_of(question));
    if (answer == "y" || answer == "yes") return {Answer::Kind::yes, ""};
    if (answer == "q" || answer == "quit") return {Answer::Kind::quit, ""};
    if ((answer == "n" || answer == "no") && can_stop(question)) return {Answer::Kind::stop, ""};
    if (answer == "e" || answer == "explain") std::cerr << "  " << question.why << (question.command.empty() ? "" : "; by hand: `" + question.command + "`") << "\n";
    if ((answer == "s" || answer == "sql") && !question.sql.empty()) std::cerr << question.sql << "\n";
    if ((answer == "k" || answer == "skip") && question.can_be_skipped) {
      const auto reason = ask_line("  why (it is recorded): ");
      if (!reason.empty()) return {Answer::Kind::skip, reason};
    }
  }
}

}  // namespace

std::function<Answer(const Question&)> runbook(const Tool& tool) {
  if (tool.is_confirmed() || ::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) return {};
  return ask;
}

void show_to_person(const std::string& text) { std::cerr << text << std::flush; }

}  // namespace safety::tools
