#include "libsafety/restore/verify.hpp"

#include "libsafety/archive/encryption.hpp"
#include "libsafety/archive/reader.hpp"
#include "libsafety/archive/sha256.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/registry.hpp"
#include "libsafety/restore/restore.hpp"

namespace safety::restore {
namespace {

using checkpoint::Proof;

void check_digest(const Context& context, const VerifyRequest& request) {
  if (request.proven >= Proof::digest || !request.record) return;
  if (archive::sha256_of_file(context, request.archive) != request.record->archive.sha256)
    throw Error(Code::archive_damaged, "\"" + request.archive.string() + "\" is not the file that was recorded: its SHA-256 differs",
                "Take another checkpoint from `safety-list`.");
}

void prove(const Context& context, const pg::ConnectionInfo& info, const checkpoint::Store& store, const VerifyRequest& request) {
  context.sink.phase("L1: digest of the file");
  std::optional<archive::Reader> reader;
  // The reader first, where it needs no identity: it tells an empty or cut file from a changed one.
  const bool is_encrypted = archive::is_encrypted(request.archive);
  if (!is_encrypted) reader.emplace(archive::Reader::open(context, request.archive));
  check_digest(context, request);
  if (is_encrypted && request.record && request.level < Proof::decodes) return;
  if (!reader) reader.emplace(archive::Reader::open(context, request.archive));
  if (request.level < Proof::decodes) return;
  if (request.proven < Proof::decodes) {
    context.sink.phase("L2: every frame decodes");
    archive::check_every_frame(context, *reader, request.jobs);
  }
  if (request.level < Proof::restored) return;
  context.sink.phase("L3: restored aside");
  RestoreOptions options;
  options.folder = store.folder();
  options.source = request.archive;
  options.checkpoint = request.record ? request.record->id : "";
  options.mode = Mode::proof;
  options.jobs = request.jobs;
  options.reads_digests_back = request.level >= Proof::content;
  options.skips_owners = request.skips_owners;
  options.skips_privileges = request.skips_privileges;
  options.held_lock = request.held_lock;
  restore(context, info, options);
}

}  // namespace

bool is_about_the_archive(Code code) {
  return code == Code::archive_damaged || code == Code::archive_incomplete || code == Code::verification;
}

checkpoint::Record note_proof(const Context& context, const pg::ConnectionInfo& info, const checkpoint::Store& store, checkpoint::Record record,
                              const checkpoint::ProofEntry& entry) {
  // As it is now: others may have pinned it meanwhile, or removed it.
  const auto found = store.read(record.id);
  if (!found) {
    context.sink.warning("checkpoint " + record.id + " was removed meanwhile: what the proof found is not recorded");
    return record;
  }
  record = *found;
  record.proofs.push_back(entry);
  store.save(record);
  if (entry.level < Proof::restored) return record;  // a check of files needs no server
  try {
    checkpoint::Registry registry(context, info);
    if (registry.is_there()) registry.put(record);
  } catch (const Error& error) {
    context.sink.warning("the proof is in the record, but not in schema \"safety\": " + error.message());
  }
  return record;
}

checkpoint::ProofEntry verify(const Context& context, const pg::ConnectionInfo& info, const checkpoint::Store& store, const VerifyRequest& request) {
  const Stopwatch watch;
  checkpoint::ProofEntry entry{request.level, "", 0, true, ""};
  const auto finish = [&] {
    entry.at = format_rfc3339(std::chrono::system_clock::now());
    entry.seconds = watch.seconds();
    if (request.record) note_proof(context, info, store, *request.record, entry);
  };
  try {
    prove(context, info, store, request);
  } catch (const Error& error) {
    // A lost server says nothing about the archive.
    if (!is_about_the_archive(error.code())) throw;
    entry.is_passed = false;
    entry.message = error.message();
    finish();
    throw;
  }
  finish();
  return entry;
}

}  // namespace safety::restore
