#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/migrations/command_line.hpp"
#include "libsafety/migrations/drizzle_project.hpp"
#include "libsafety/migrations/drizzle_scope.hpp"
#include "libsafety/migrations/history.hpp"
#include "libsafety/migrations/history_table.hpp"

namespace safety::migrations {
namespace {

namespace fs = std::filesystem;
using Severity = Problem::Severity;

/// "postgresql://user:secret@host" as "postgresql://user:***@host".
std::string without_passwords(std::string line) {
  for (std::size_t at = line.find("://"); at != std::string::npos; at = line.find("://", at + 3)) {
    const auto end = std::min(line.find_first_of(" '\"/", at + 3), line.size());
    const auto sign = line.rfind('@', end), colon = line.find(':', at + 3);
    if (sign != std::string::npos && sign > at && colon < sign) line.replace(colon + 1, sign - colon - 1, "***");
  }
  return line;
}

bool is_migration_tool(const Invocation& one) { return one.words[0] == "prisma" || one.words[0] == "drizzle-kit"; }

class Check {
 public:
  explicit Check(const Project& project) : project_(project), dangerous_(project.is_production ? Severity::error : Severity::warning) {}

  std::vector<Problem> run() {
    for (const auto& line : project_.commands) {
      line_ = line;
      const auto invocations = invocations_of(line, project_.directory);
      for (std::size_t at = 0; at < invocations.size(); ++at) {
        const auto& one = invocations[at];
        const bool is_last = at + 1 == invocations.size();
        check_prisma(one);
        check_drizzle(one, is_last);
        check_address(one);
        if (is_migration_tool(one)) check_failure(one, is_last ? nullptr : &invocations[at + 1]);
      }
    }
    check_fixed_addresses();
    return std::move(problems_);
  }

 private:
  void add(Severity severity, const std::string& code, const std::string& message, const std::string& hint) {
    const auto same = [&](const Problem& problem) { return problem.code == code && problem.message == message; };
    if (std::none_of(problems_.begin(), problems_.end(), same)) problems_.push_back({severity, code, "", message, hint});
  }
  std::string quoted() const { return "`" + one_line(trim(without_passwords(line_))) + "`"; }

  void check_prisma(const Invocation& one) {
    if (one.is("prisma", "db", "push")) {
      const auto worse = one.has("--force-reset")        ? "; with --force-reset it empties the database first"
                         : one.has("--accept-data-loss") ? "; with --accept-data-loss it drops columns and tables that hold rows"
                                                         : "";
      add(dangerous_, "prisma-db-push", fmt::format("{} changes the database without a migration and drops tables that the schema file does not name{}", quoted(), worse),
          "Make a migration with `npx prisma migrate dev --create-only` and deploy it with `npx prisma migrate deploy`.");
    }
    if (one.is("prisma", "migrate", "reset"))
      add(dangerous_, "prisma-migrate-reset", fmt::format("{} drops the whole schema, the tables of other tools too", quoted()), "Use `npx prisma migrate deploy`; to go back use `safety-restore`.");
    if (one.is("prisma", "migrate", "dev"))
      add(dangerous_, "prisma-migrate-dev", fmt::format("{} is for development: it may ask to reset the database, and makes migrations of its own", quoted()),
          "Use `npx prisma migrate deploy`.");
    if (one.is("prisma", "migrate", "status"))
      add(Severity::warning, "prisma-status-gate",
          fmt::format("{}: `migrate status` ends with 0 when the database is ahead of the code, when an applied migration was edited, and when a failed one was marked rolled back", quoted()),
          "Let `safety-preflight` be the gate; it tells these apart.");
  }

  void check_drizzle(const Invocation& one, bool is_last) {
    if (one.is("drizzle-kit", "drop"))
      add(dangerous_, "drizzle-drop", fmt::format("{} deletes migrations from the code, and asks which on a terminal", quoted()), "Take it out of the commands; undo a migration with a new one.");
    if (!one.is("drizzle-kit", "push") && !one.is("drizzle-kit", "push:pg")) return;
    const auto version = project_.drizzle ? project_.drizzle->version : "";
    const bool is_from_one_on = !version.empty() && version[0] != '0';
    const bool is_forced = one.has("--force");
    check_scope(one, is_forced);
    if (!is_forced)
      add(Severity::warning, "drizzle-push-no-terminal",
          fmt::format("{} stops where it would ask, since nobody is there to answer, and {}", quoted(), is_from_one_on ? "ends with 2" : "ends with 0 having applied nothing"),
          "Give it --force, with schemaFilter and tablesFilter written down; or use `drizzle-kit generate` and `drizzle-kit migrate`.");
    if ((one.next == "&&" || one.next == "||") && !is_last && !is_from_one_on)
      add(Severity::warning, "drizzle-push-exit-code",
          fmt::format("{} trusts the exit code of `drizzle-kit push`{}, which is 0 when its SQL fails", quoted(), version.empty() ? "" : " " + version),
          "Make two commands of it in [migrations]: the deploy compares the catalog after each.");
  }

  /// The scope that this very command has: of its flags, else of the config it names, else of the project's.
  std::optional<Scope> scope_of(const Invocation& one, std::vector<std::string>& not_understood) const {
    const auto from_flag = [&](std::initializer_list<const char*> names) -> std::optional<std::vector<std::string>> {
      for (const auto* name : names)
        if (const auto text = one.value_of(name); !text.empty()) {
          std::vector<std::string> values;
          std::size_t begin = 0;
          for (std::size_t at = 0; at <= text.size(); ++at)
            if (at == text.size() || text[at] == ',') values.emplace_back(trim(text.substr(begin, at - begin))), begin = at + 1;
          return values;
        }
      return std::nullopt;
    };
    Scope scope{from_flag({"--schemaFilters", "--schemaFilter"}), from_flag({"--tablesFilter", "--tablesFilters"})};
    std::optional<DrizzleProject> config = project_.drizzle;
    if (const auto named = one.value_of("--config"); !named.empty()) {
      const auto path = (one.folder / named).lexically_normal();
      std::error_code error;
      if (!config || !fs::equivalent(path, config->config, error)) {
        if (!fs::is_regular_file(path, error)) config.reset();
        else config = read_drizzle_project(one.folder, path);
      }
    }
    if (config) {
      if (!scope.schemas) scope.schemas = config->schema_filter;
      if (!scope.tables) scope.tables = config->tables_filter;
      not_understood = config->not_understood;
    }
    return config || scope.is_explicit() ? std::optional(scope) : std::nullopt;
  }

  void check_scope(const Invocation& one, bool is_forced) {
    const auto severity = is_forced ? dangerous_ : Severity::warning;
    std::vector<std::string> not_understood;
    const auto scope = scope_of(one, not_understood);
    const auto advice = advised_filters();
    if (!scope)
      return add(severity, "drizzle-push-scope", fmt::format("{} pushes by a config that was not found: what it drops is not known", quoted()),
                 "Name it in safety.toml: drizzle = \"drizzle.config.ts\". " + advice);
    if (!scope->is_explicit()) {
      const auto is_unread = [&](const std::string& field) {
        return std::any_of(not_understood.begin(), not_understood.end(), [&](const auto& text) { return text.starts_with(field + ":") || text.starts_with("the config"); });
      };
      std::vector<std::string> missing, unread;
      if (!scope->schemas || scope->schemas->empty()) (is_unread("schemaFilter") ? unread : missing).emplace_back("schemaFilter");
      if (!scope->tables || scope->tables->empty()) (is_unread("tablesFilter") ? unread : missing).emplace_back("tablesFilter");
      if (missing.empty())
        return add(Severity::warning, "drizzle-push-scope", fmt::format("{}: {} could not be read without running the config", quoted(), join(unread, " and ")), advice);
      return add(severity, "drizzle-push-scope",
                 fmt::format("{} without {}: every table that the Drizzle schema does not name is taken for its own and dropped, _prisma_migrations too", quoted(), join(missing, " and ")), advice);
    }
    std::vector<std::string> others{kPrismaTable};
    if (project_.prisma) others.insert(others.end(), project_.prisma->tables.begin(), project_.prisma->tables.end());
    if (project_.drizzle)
      std::erase_if(others, [&](const auto& name) { return std::find(project_.drizzle->tables.begin(), project_.drizzle->tables.end(), name) != project_.drizzle->tables.end(); });
    if (const auto reached = scope->reached(others); !reached.empty())
      add(severity, "drizzle-push-scope", fmt::format("{}: its filters reach {} of Prisma ({}), which would be dropped", quoted(), format_plural(reached.size(), "table"), join_some(reached, 4)), advice);
  }

  std::string advised_filters() const {
    std::vector<std::string> names;
    if (project_.drizzle)
      for (const auto& table : project_.drizzle->tables) names.push_back("\"" + split_name(table).table + "\"");
    return fmt::format("Write down in drizzle.config: schemaFilter: [\"public\"], tablesFilter: [{}].", names.empty() ? "\"the tables of your schema\"" : join(names, ", "));
  }

  /// A rehearsal works by DATABASE_URL: what does not take it would change the real database.
  void check_address(const Invocation& one) {
    const bool wants_database = is_migration_tool(one) || one.words[0] == "psql";
    if (wants_database && !one.elsewhere.empty() && !one.gets_address)
      add(Severity::error, "command-elsewhere", fmt::format("{} runs by `{}`, where DATABASE_URL is another one: a rehearsal would change the real database", quoted(), one.elsewhere),
          "Hand it on with `exec -e DATABASE_URL`, or run the tool outside of the container.");
    for (const auto& name : address_variables())
      if (one.environment.contains(name) && one.environment.at(name) != "$" + name && one.environment.at(name) != "${" + name + "}")
        add(Severity::error, "command-sets-url", fmt::format("a command sets {} itself: a rehearsal would change the real database", name),
            fmt::format("Leave {} to the environment: safety-deploy sets it.", name));
    if (is_migration_tool(one) && one.has("--url"))
      add(Severity::error, "command-sets-url", "a command names the database with --url: a rehearsal would change the real database", "Leave it to DATABASE_URL: safety-deploy sets it.");
  }

  /// The shell's exit code is that of what comes after.
  void check_failure(const Invocation& one, const Invocation* after) {
    if (line_.find("set -e") != std::string::npos && one.next != "|" && one.next != "&") return;
    if (one.next == "|" && line_.find("pipefail") != std::string::npos) return;
    const bool is_ignored = one.next == "||" && (after == nullptr || after->words[0] == "true" || after->words[0] == ":" || after->words[0] == "echo");
    if (one.next == "|" || one.next == "&" || is_ignored || (one.next == ";" && after != nullptr))
      add(Severity::warning, "command-hides-failure", fmt::format("{} goes on when {} fails, and the line ends with another command's exit code", quoted(), join(one.plain_words(), " ")),
          "Make two commands of it in [migrations], or join them with &&.");
  }

  std::vector<std::string> address_variables() const {
    std::vector<std::string> names{"DATABASE_URL"};
    if (project_.prisma) names.insert(names.end(), project_.prisma->url_variables.begin(), project_.prisma->url_variables.end());
    if (project_.drizzle) names.insert(names.end(), project_.drizzle->url_variables.begin(), project_.drizzle->url_variables.end());
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }

  bool runs(const std::string& program) const {
    for (const auto& line : project_.commands)
      for (const auto& one : invocations_of(line, project_.directory))
        if (one.words[0] == program) return true;
    return false;
  }
  void check_fixed_addresses() {
    if (project_.prisma && project_.prisma->has_fixed_url && runs("prisma"))
      add(Severity::error, "prisma-fixed-url", "the database's address is written down in the Prisma schema: a rehearsal would change the real database", "Write url = env(\"DATABASE_URL\").");
    if (project_.drizzle && project_.drizzle->has_fixed_url && runs("drizzle-kit"))
      add(Severity::error, "drizzle-fixed-url", fmt::format("{} does not take the database's address from DATABASE_URL: a rehearsal would change the real database", project_.drizzle->config.filename().string()),
          "Write dbCredentials: { url: process.env.DATABASE_URL! }.");
  }

  const Project& project_;
  Severity dangerous_;
  std::string line_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> check_commands(const Project& project) { return Check(project).run(); }

std::vector<Problem> check_addresses(const Project& project) {
  auto problems = check_commands(project);
  std::erase_if(problems, [](const Problem& problem) {
    return problem.code != "command-elsewhere" && problem.code != "command-sets-url" && problem.code != "prisma-fixed-url" && problem.code != "drizzle-fixed-url";
  });
  return problems;
}

}  // namespace safety::migrations
