#pragma once
// What rclone's exit codes and words mean to us.

#include <string>

#include "libsafety/base/error.hpp"
#include "libsafety/offsite/remote.hpp"

namespace safety::offsite {

/// Why a command of rclone failed, as far as the next thing to do depends on it.
enum class Trouble {
  temporary,  // a lost connection, a busy server, or nobody knows: worth another attempt
  missing,    // no such file or folder there
  full,       // no space, or a quota is used up
  refused,    // wrong credentials, or they do not allow it
  unknown_remote,  // the name is not in rclone's configuration
};

class RemoteError : public Error {
 public:
  RemoteError(Trouble trouble, const Error& error) : Error(error), trouble_(trouble) {}
  Trouble trouble() const noexcept { return trouble_; }

 private:
  Trouble trouble_;
};

/// Of a command that ended with that exit code, saying that. `doing` is "cannot list", and `where` the shown address.
/// Codes: storage for full, config for unknown_remote, command_failed otherwise. Source: https://rclone.org/docs/#exit-code.
RemoteError explain(int exit_code, const std::string& standard_error, const Remote& remote, const std::string& doing, const std::string& where);

}  // namespace safety::offsite
