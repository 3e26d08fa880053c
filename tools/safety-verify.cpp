// safety-verify: prove how good a checkpoint is, and write it down.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/os/workers.hpp"
#include "libsafety/restore/verify.hpp"
#include "tools/common/restore_choice.hpp"
#include "tools/common/tool.hpp"

int main(int argc, char** argv) {
  using namespace safety;
  tools::Tool tool("safety-verify", "Prove a checkpoint: L1 digest, L2 every frame decodes, L3 restored aside, L4 content compared.",
                   "  safety-verify latest\n  safety-verify latest --proof L4\n  safety-verify /mnt/usb/shop_20260101_020000.sql.zst\n");
  std::string checkpoint = "latest", proof = "L2";
  restore::VerifyRequest request;
  request.jobs = os::available_processors();
  tool.argument("checkpoint", checkpoint, "\"latest\" (the default), an id or label of safety-list, or an archive file");
  tool.option("--proof", proof, "L1, L2, L3 or L4; L3 and L4 restore into a new database beside, and drop it again", {.is_per_tool = true});
  tool.option("--jobs", request.jobs, "threads and sessions");
  tool.flag("--no-owner", request.skips_owners, "L3 and L4: leave ownership out");
  tool.flag("--no-privileges", request.skips_privileges, "L3 and L4: leave grants out");

  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    const auto level = checkpoint::parse_proof(proof);
    if (!level) throw Error(Code::usage, "--proof takes L1, L2, L3 or L4", "L2 reads the whole archive; L4 restores it and compares.");
    request.level = *level;
    const checkpoint::Store store(tool.backup_dir());
    const auto info = tool.connection();
    auto chosen = tools::choose_archive(context, checkpoint, info.database(), store.folder());
    request.archive = chosen.path;
    request.record = std::move(chosen.record);
    const auto entry = restore::verify(context, info, store, request);
    const nlohmann::ordered_json fields{{"id", request.record ? request.record->id : ""}, {"path", request.archive.string()},
                                        {"proof", checkpoint::name_of(entry.level)}, {"at", entry.at}, {"seconds", entry.seconds}};
    return {Code::success, fmt::format("{}: good, proof {} in {}", request.archive.filename().string(), checkpoint::name_of(entry.level), format_seconds(entry.seconds)),
            fields.dump()};
  });
}
