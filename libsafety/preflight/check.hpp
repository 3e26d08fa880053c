#pragma once
// SQL that is about to run, looked at without a database: PostgreSQL's own grammar (libpg_query), statement by statement,
// against the rules of rules.hpp. Objects made earlier in the same set are known, so an index on a table made
// two statements above is no matter.
//
// Pure: the same input gives the same findings. Never throws for what the SQL is: text that does not parse is a finding,
// and the rest is still checked.

#include <set>
#include <string>
#include <vector>

#include "libsafety/migrations/ownership.hpp"
#include "libsafety/preflight/finding.hpp"
#include "libsafety/preflight/question.hpp"

namespace safety::preflight {

/// One file of SQL, in the order in which they will run.
struct Source {
  std::string migration;  // name; may be empty
  std::string file;       // as findings show it
  std::string sql;        // raw bytes: BOM, CRLF and psql's meta-commands are met here
  std::string tool;       // "prisma", "drizzle" or "": says how it is sent to the server
};

struct CheckOptions {
  migrations::Ownership ownership;
  std::set<std::string> allow;   // rules accepted everywhere (config, --allow)
  int server_version_num = 0;    // 0: not known
  bool may_be_split = false;     // the tool sends statements one by one (Prisma with a JS adapter or from 7.4, Drizzle push)
};

struct Checked {
  std::vector<Finding> findings;    // in order of the sources
  std::vector<Question> questions;  // each about one of them
  std::size_t statements = 0;
  double seconds = 0;
};

Checked check(const std::vector<Source>& sources, const CheckOptions& options);

/// What each statement should leave behind, for telling afterwards which of them took effect.
struct Effect {
  enum class What { added, dropped } what = What::added;
  std::string kind, name;  // as schema::Definition has them; the schema is `public` where the statement names none
};
struct StatementEffects {
  Location location;
  std::string statement;       // one line, shortened
  std::vector<Effect> effects; // empty: it changes no definition (an UPDATE), or none that is known
};
std::vector<StatementEffects> effects_of(const Source& source);

}  // namespace safety::preflight
