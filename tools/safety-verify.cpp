// safety-verify: prove how good a checkpoint is, and write it down.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/archive/encryption.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/checkpoint/policy.hpp"
#include "libsafety/os/workers.hpp"
#include "libsafety/restore/verify.hpp"
#include "tools/common/drill.hpp"
#include "tools/common/offsite_choice.hpp"
#include "tools/common/restore_choice.hpp"
#include "tools/common/tool.hpp"

namespace {

using namespace safety;

tools::Result check_policy(const tools::ChosenArchive& chosen, const std::string& required, std::chrono::milliseconds max_age) {
  checkpoint::Policy policy;
  if (!required.empty()) {
    const auto least = checkpoint::parse_proof(required);
    if (!least) throw Error(Code::usage, "--require-proof takes L1, L2, L3, L4 or L5", "L3 says that it was restored once.");
    policy.least = *least;
  }
  if (max_age.count() > 0) policy.max_age = max_age;
  if (!chosen.record)
    throw Error(Code::findings, fmt::format("\"{}\" has no record, so nobody knows its proof", chosen.path.string()),
                "`safety-list --rebuild` makes records of the archives in a backup folder.");
  const auto& record = *chosen.record;
  const auto reasons = checkpoint::unmet(policy, record, std::chrono::system_clock::now());
  if (!reasons.empty())
    throw Error(Code::findings, fmt::format("checkpoint {} does not do: {}", record.id, join(reasons, "; ")),
                required.empty() ? "Make a new one with `safety-backup`." : fmt::format("Run `safety-backup` and `safety-verify latest --proof {}`.", required));
  const nlohmann::ordered_json fields{{"id", record.id}, {"proof", checkpoint::name_of(record.proof())}, {"snapshot_time", record.snapshot_time}};
  return {Code::success, fmt::format("{}: proof {}, of {}", record.id, checkpoint::name_of(record.proof()), record.snapshot_time), fields.dump()};
}

}  // namespace

int main(int argc, char** argv) {
  tools::Tool tool("safety-verify", "Prove a checkpoint: L1 digest, L2 every frame decodes, L3 restored aside, L4 content compared, L5 used in a drill.",
                   "  safety-verify latest\n  safety-verify latest --proof L4\n  safety-verify latest --require-proof L3 --max-age 30m\n  safety-verify --drill\n  safety-verify offsite:latest --proof L1\n  safety-verify /mnt/usb/shop_20260101_020000.sql.zst\n");
  std::string checkpoint = "latest", proof, required;
  std::chrono::milliseconds max_age{0};
  restore::VerifyRequest request;
  request.jobs = os::available_processors();
  tool.argument("checkpoint", checkpoint, "\"latest\" (the default), an id or label of safety-list, or an archive file; off site: offsite:latest, offsite:ID, REMOTE:path/ID (L1 reads it there, more fetches it first)");
  tool.option("--proof", proof, "L1, L2, L3 or L4 (default: L2, and L1 for an encrypted archive without an identity); L3 and L4 restore into a new database beside, and drop it again", {.is_per_tool = true});
  tool.option("--jobs", request.jobs, "threads and sessions");
  tool.flag("--no-owner", request.skips_owners, "L3 and L4: leave ownership out");
  tools::OffsiteOptions offsite;
  tools::declare_offsite(tool, offsite);
  tool.option("--require-proof", required, "prove nothing: end with 1 unless the record says at least that (L1 to L5): a gate for pipelines", {.is_per_tool = true});
  tool.option("--max-age", max_age, "prove nothing: end with 1 when the checkpoint's content is older, as in 30m or 24h");
  tool.flag("--no-privileges", request.skips_privileges, "L3 and L4: leave grants out");
  tools::Drill drill;
  drill.declare(tool);
  tool.with_identity();

  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    if (drill.is_asked_for()) return drill.run(context, tool, checkpoint, request.jobs);
    const auto level = proof.empty() ? checkpoint::Proof::decodes : checkpoint::parse_proof(proof);
    if (!level || *level > checkpoint::Proof::content)
      throw Error(Code::usage, "--proof takes L1, L2, L3 or L4", "L2 reads the whole archive; L4 restores it and compares; L5 is a drill's: `safety-verify --drill`.");
    request.level = *level;
    const checkpoint::Store store(tool.backup_dir());
    const auto info = tool.connection();
    if (*level == checkpoint::Proof::digest && required.empty() && max_age.count() == 0)
      if (auto result = tools::verify_there(context, checkpoint, offsite, info.database(), store)) return *result;
    tools::fetch_if_offsite(context, checkpoint, offsite, info.database(), store.folder());
    auto chosen = tools::choose_archive(context, checkpoint, info.database(), store.folder());
    if (!required.empty() || max_age.count() > 0) return check_policy(chosen, required, max_age);
    request.archive = chosen.path;
    request.record = std::move(chosen.record);
    if (proof.empty() && request.record && !archive::may_read(context, chosen.path)) {
      request.level = checkpoint::Proof::digest;
      context.sink.warning("the archive is encrypted: without --identity only its digest is checked, not that it decrypts, nor what is in it");
    }
    const auto entry = restore::verify(context, info, store, request);
    const nlohmann::ordered_json fields{{"id", request.record ? request.record->id : ""}, {"path", request.archive.string()},
                                        {"proof", checkpoint::name_of(entry.level)}, {"at", entry.at}, {"seconds", entry.seconds}};
    return {Code::success, fmt::format("{}: good, proof {} in {}", request.archive.filename().string(), checkpoint::name_of(entry.level), format_seconds(entry.seconds)),
            fields.dump()};
  });
}
