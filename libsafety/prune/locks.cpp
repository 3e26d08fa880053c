#include "libsafety/prune/locks.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>

#include "libsafety/base/error.hpp"

namespace safety::prune {

FolderLock::FolderLock(const std::filesystem::path& operations) {
  os::make_private_folder(operations);
  const auto path = operations / "prune.lock";
  fd_ = os::UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd_)
    throw Error(Code::storage, "cannot open \"" + path.string() + "\": " + std::strerror(errno), "Run as a user who may write there; `ls -ld " + operations.string() + "` shows who may.");
  if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0)
    throw Error(Code::locked, "another safety-prune works in \"" + operations.parent_path().string() + "\"", "Wait for it to end, then run it again.");
}

Rows::Rows(const Context& context, const Server& server) : context_(context) {
  if (server.info == nullptr) return;
  database_ = server.info->database();
  try {
    if (server.held_lock == nullptr) lock_.emplace(context, *server.info, database_);
    registry_ = std::make_unique<checkpoint::Registry>(context, *server.info);
    if (!registry_->is_there()) registry_.reset();
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    if (error.code() == Code::locked) throw;
    give_up(error);
  }
}

void Rows::bring_in_line(const checkpoint::Store& store, const checkpoint::Record& removed) {
  if (!registry_ || removed.database != database_) return;
  try {
    if (const auto now = store.read(removed.id))
      registry_->put(*now);
    else
      registry_->remove(removed.id);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    give_up(error);
  }
}

void Rows::give_up(const Error& error) {
  registry_.reset();
  context_.sink.warning("rows in schema \"safety\" may speak of checkpoints that are removed: " + error.message());
}

}  // namespace safety::prune
