#pragma once
// What a line for the shell starts in the end: `docker compose exec api npx prisma migrate deploy` starts Prisma, in a container.
//
// Read, never run. Chains, quotes, `sh -c`, environment prefixes, package runners, scripts of package.json and containers are seen
// through; what a variable or a substitution would make of it is not.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace safety::migrations {

struct Invocation {
  std::vector<std::string> words;                 // {"prisma", "migrate", "deploy"}: without what started it
  std::map<std::string, std::string> environment; // set in front of it
  std::filesystem::path folder;                   // where it runs, after `cd`
  std::string elsewhere;                          // "docker compose exec api": it runs in another environment than the line
  bool gets_address = true;                       // false: elsewhere, and DATABASE_URL is not handed on
  std::string next;                               // what stands after it: "&&", "||", ";", "|", "&" or ""

  bool has(const std::string& option) const;      // --force, --force=...
  std::string value_of(const std::string& option) const;  // of --config=x and --config x; empty without it
  /// The words that are no options: {"prisma", "migrate", "deploy"}. Of an option's separate value it does not know.
  std::vector<std::string> plain_words() const;
  bool is(const std::string& program, const std::string& first, const std::string& second = "") const;
};

std::vector<Invocation> invocations_of(const std::string& line, const std::filesystem::path& folder);

}  // namespace safety::migrations
