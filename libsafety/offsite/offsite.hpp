#pragma once
// Checkpoints in another place: copies of archives and records on a remote of rclone.
//
// For: surviving the loss of the machine. Not for: clones, which live and die with their server.
// Invariants: a record on the remote means that its archive is there, whole; whoever crashes leaves nothing that says otherwise.
// Names there are those of the backup folder, so that `rclone copy REMOTE:path backups` is a way back, too. Source: OFFSITE.md.
//
// Errors of all: failure.hpp (command_failed when the remote cannot be reached or refuses, storage when it is full, config when
// rclone does not know it), command_failed without rclone, config when others can write rclone's configuration; interrupted.

#include <optional>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/offsite/remote.hpp"

namespace safety::offsite {

/// How a copy is shown to be the recorded bytes.
enum class Thoroughness {
  hash,  // its size, and a hash that the remote tells; read back where it has none
  full,  // read back
};

struct CopyProof {
  std::string how;  // "size and sha1 as the remote tells them", "read back, SHA-256 as recorded"
  double seconds = 0;
};

struct Uploaded {
  bool was_there = false;  // the same bytes, proven again
  CopyProof proof;
};

/// What a record on the remote says, and whether its archive is there in the recorded size.
struct RemoteCheckpoint {
  checkpoint::Record record;
  bool has_archive = false;
};

/// Copies the archive under a temporary name, proves it, gives it its name; then `.sha256`, and the record last. What is there and
/// proven is not sent again; what a dead run left there is finished or removed first.
/// Errors: no_such_checkpoint for a clone alone; archive_damaged when the archive here is not the recorded bytes, or what arrives there
/// never is; locked when another run copies this archive; storage also when the remote has another checkpoint of that id.
Uploaded upload(const Context& context, const Remote& remote, const checkpoint::Store& store, const checkpoint::Record& record, Thoroughness thoroughness);

/// Proves that the archive there is the recorded bytes. With Thoroughness::hash a hash other than SHA-256 needs the archive here, too;
/// without it the copy is read back.
/// Errors: no_such_checkpoint when it is not there; archive_incomplete when it is shorter; archive_damaged when it differs.
CopyProof verify_copy(const Context& context, const Remote& remote, const checkpoint::Store& store, const checkpoint::Record& record,
                      Thoroughness thoroughness);

/// Readable records there in order of sequence; unreadable ones are warned about.
std::vector<RemoteCheckpoint> list(const Context& context, const Remote& remote);

/// `name` is "latest", an id or a label (the newest with it), of those whose archive is there; `database` narrows "latest" and labels, empty means any.
/// Errors: no_such_checkpoint with the ids that there are; usage for "latest" without a database when there are several.
const RemoteCheckpoint& choose(const Context& context, const Remote& remote, const std::vector<RemoteCheckpoint>& there, const std::string& name,
                               const std::string& database);

/// Brings archive and record into the folder; goes on where an earlier attempt ended. One that is here already is left as it is.
/// Errors: archive_damaged when the bytes there are not the recorded ones: nothing stays here then; locked when another run fetches it;
/// storage when it does not fit, or the folder has another checkpoint of that id.
checkpoint::Record fetch(const Context& context, const Remote& remote, const checkpoint::Record& record, const checkpoint::Store& store);

/// Removes the copy. A mark there (OFFSITE.md) makes every later upload or remove finish what a crash left.
void remove(const Context& context, const Remote& remote, const checkpoint::Record& record);

}  // namespace safety::offsite
