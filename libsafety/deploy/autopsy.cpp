// What a migration that failed half-way left behind: which of its statements took effect, and what to do about it.
#include <fmt/format.h>

#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/deploy/run.hpp"
#include "libsafety/preflight/check.hpp"

namespace safety::deploy {
namespace {

using Names = std::set<std::pair<std::string, std::string>>;  // kind, name

Names names_of(const std::vector<schema::Definition>& definitions) {
  Names names;
  for (const auto& definition : definitions) names.emplace(definition.kind, definition.name);
  return names;
}

enum class Fate { took_effect, did_not, cannot_be_seen };

/// A statement took effect when all that it adds is there and was not before, and all that it drops is gone.
Fate fate_of(const preflight::StatementEffects& statement, const Names& before, const Names& after) {
  bool is_seen = false;
  for (const auto& effect : statement.effects) {
    const std::pair key{effect.kind, effect.name};
    const bool was = before.contains(key), is = after.contains(key);
    if (effect.what == preflight::Effect::What::added ? was : !was) continue;  // it was so before: tells nothing
    is_seen = true;
    if (effect.what == preflight::Effect::What::added ? !is : is) return Fate::did_not;
  }
  return is_seen ? Fate::took_effect : Fate::cannot_be_seen;
}

std::string words_of(Fate fate) {
  switch (fate) {
    case Fate::took_effect:
      return "took effect";
    case Fate::did_not:
      return "did not";
    case Fate::cannot_be_seen:
      break;
  }
  return "changes no definition";
}

}  // namespace

std::vector<std::string> describe_effects(const std::vector<schema::Definition>& before, const std::vector<schema::Definition>& after,
                                          const std::vector<migrations::History>& histories) {
  const auto names_before = names_of(before), names_after = names_of(after);
  std::vector<std::string> lines;
  for (const auto& history : histories)
    for (const auto& migration : history.pending) {
      std::size_t done = 0, undone = 0;
      std::vector<std::string> told;
      for (const auto& statement : preflight::effects_of({migration.name, migration.path.filename().string(), migration.sql, history.tool})) {
        const auto fate = fate_of(statement, names_before, names_after);
        done += fate == Fate::took_effect;
        undone += fate == Fate::did_not;
        told.push_back(fmt::format("{}:{}: {}: {}", migration.name, statement.location.line, words_of(fate), statement.statement));
      }
      const auto verdict = done == 0                ? "nothing of it is there"
                           : undone == 0            ? "all of it is there"
                                                    : "it is half there";
      lines.push_back(fmt::format("migration {}: {}", migration.name, verdict));
      // Whole ones need no list.
      if (done > 0 && undone > 0) lines.insert(lines.end(), told.begin(), told.end());
      if (history.tool == "prisma" && done > 0 && undone > 0)
        lines.push_back(fmt::format("when it is left so: take back what took effect, then `npx prisma migrate resolve --rolled-back {}`; or do the rest by hand, "
                                    "then `npx prisma migrate resolve --applied {}`",
                                    migration.name, migration.name));
    }
  return lines;
}

}  // namespace safety::deploy
