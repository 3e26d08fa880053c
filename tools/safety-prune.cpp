// safety-prune: what is kept and no longer wanted: archives that retention does not keep, and databases beside the one in use.
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "tools/common/offsite_options.hpp"
#include "tools/common/prune_archives.hpp"
#include "tools/common/prune_databases.hpp"
#include "tools/common/retention_options.hpp"
#include "tools/common/tool.hpp"

namespace {

using namespace safety;

beside::PruneOptions options_of(const std::string& older_than, unsigned keep, std::vector<std::string> names) {
  beside::PruneOptions options{std::nullopt, keep, std::move(names)};
  if (older_than.empty()) return options;
  options.older_than = parse_duration(older_than);
  if (!options.older_than)
    throw Error(Code::usage, "\"" + older_than + "\" is not a duration", "Write it as 90min, 12h or 7d.");
  return options;
}

/// A rule for archives must not be thought to hold for databases, nor the other way round.
void check_flags(const tools::Tool& tool, bool is_of_databases, const std::vector<std::string>& names) {
  static const std::vector<std::string> of_databases{"--older-than", "--keep"};
  auto misplaced = is_of_databases ? tools::RetentionOptions::flags() : of_databases;
  if (is_of_databases) misplaced.insert(misplaced.end(), {"--gone", "--all", "--offsite"});
  std::erase_if(misplaced, [&](const std::string& flag) { return !tool.was_given(flag); });
  if (is_of_databases && !misplaced.empty())
    throw Error(Code::usage, misplaced.front() + " is about archives, and --databases is not", "Prune archives in a run of their own; --older-than and --keep choose databases.");
  if (!is_of_databases && !(misplaced.empty() && names.empty()))
    throw Error(Code::usage, (misplaced.empty() ? "\"" + names.front() + "\"" : misplaced.front()) + " goes with --databases",
                "Say --databases to drop clones and previous databases; archives are kept by --keep-last, --keep-daily, --keep-within and so on.");
}

}  // namespace

int main(int argc, char** argv) {
  tools::Tool tool("safety-prune",
                   "Remove archives that no rule keeps, of the database that the URL names, or of the only one in the folder;\n"
                   "or drop clones, previous databases and what dead runs left beside the database (--databases).\n"
                   "The --keep-... rules are restic's: each keeps, and what none keeps goes. They hold for each database and each series\n"
                   "(scheduled, pre-migration, pre-restore, pre-rollback, and all others) alone. Never removed: what is pinned or an unfinished\n"
                   "run names, the newest with the highest proof, the newest --min-keep. Archives need no server.",
                   "  safety-prune --keep-daily 7 --keep-weekly 5 --dry-run\n"
                   "  safety-prune --keep-within 14d --keep-monthly 12 --keep-label 'v*' --yes\n"
                   "  safety-prune --min-free 20GB --yes\n"
                   "  safety-prune --offsite --keep-monthly 24 --yes\n"
                   "  safety-prune --databases --older-than 7d\n"
                   "  safety-prune --databases --keep 1 --yes\n"
                   "  safety-prune --databases shop__previous_20261123_010255\n");
  bool has_databases = false, is_all = false, removes_gone = false, is_offsite = false;
  std::string older_than;
  unsigned keep = 0;
  std::vector<std::string> names;
  tools::RetentionOptions retention;
  retention.declare(tool);
  tool.action("--all", is_all, "archives of every database that the folder has checkpoints of");
  tool.action("--gone", removes_gone, "also records whose archive is gone, unless they are pinned");
  tool.action("--offsite", is_offsite, "the copies on the off-site remote, instead of the archives here");
  tools::OffsiteOptions offsite;
  tools::declare_offsite(tool, offsite);
  tool.action("--databases", has_databases,
              "clones, previous databases, and staging, proof and rehearsal databases that no unfinished run needs");
  tool.option("--older-than", older_than, "with --databases: only those older than this: 90min, 12h, 7d", {.is_per_tool = true});
  tool.option("--keep", keep, "with --databases: keep the newest so many clones, and as many previous databases");
  tool.arguments("name", names, "with --databases: only these; a clone also by the id of its checkpoint");
  tool.with_confirmation();
  tool.with_dry_run();

  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    check_flags(tool, has_databases, names);
    if (has_databases) return tools::prune_databases(context, tool, options_of(older_than, keep, names));
    prune::PruneOptions options{retention.policy(), "", retention.min_free_bytes()};
    options.policy.removes_gone = removes_gone;
    if (is_offsite && tool.was_given("--min-free"))
      throw Error(Code::usage, "--min-free is about the disk here, and --offsite is not", "Choose copies by the --keep-... rules.");
    if (is_offsite) return tools::prune_copies(context, tool, std::move(options), is_all, tools::offsite_remote(offsite));
    return tools::prune_archives(context, tool, std::move(options), is_all);
  });
}
