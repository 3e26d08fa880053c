#include "tools/common/drill.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/base/version.hpp"
#include "libsafety/schedule/drill.hpp"

namespace safety::tools {

void Drill::declare(Tool& tool) {
  tool.action("--drill", is_asked_for_, "a restore drill: restore aside, prove L4, use it as [drill] says (L5), time it, drop it, note it");
  tool.flag("--drill-older", picks_older_, "with --drill: not the newest checkpoint but one of the older ones, by chance", {.section = "drill"});
  tool.option("--drill-sql", sql_, "with --drill: SQL that must give true on the copy, beside `smoke` of [migrations]", {.section = "drill"});
  tool.option("--drill-commands", commands_, "with --drill: a command that must succeed with DATABASE_URL naming the copy, as in \"npx prisma migrate status\"",
              {.names_command = true, .section = "drill"});
  declare_notify_options(tool, notify_);
}

Result Drill::run(const Context& context, const Tool& tool, const std::string& checkpoint, unsigned jobs) const {
  schedule::DrillOptions options;
  options.folder = tool.backup_dir();
  options.checkpoint = checkpoint == "latest" ? "" : checkpoint;
  options.picks_older = picks_older_;
  options.jobs = jobs;
  options.sql = sql_;
  options.commands = commands_;
  options.project = tool.project();
  options.tool_version = kVersion;
  options.channels = make_channels(tool, notify_);
  const auto done = schedule::drill(context, tool.connection(), options);
  const nlohmann::ordered_json fields{{"run", done.run.id}, {"id", done.record.id}, {"proof", checkpoint::name_of(done.proof)},
                                      {"restore_seconds", done.restore_seconds}, {"use_seconds", done.use_seconds}, {"seconds", done.run.seconds}};
  return {Code::success,
          fmt::format("{}: came back in {}, proof {}; {} in all\n", done.record.id, format_seconds(done.restore_seconds), checkpoint::name_of(done.proof),
                      format_seconds(done.run.seconds)),
          fields.dump()};
}

}  // namespace safety::tools
