#include "tools/common/offsite_options.hpp"

namespace safety::tools {

void declare_offsite(Tool& tool, OffsiteOptions& options) {
  // rclone's remotes may run commands, and a connection string may hold a password.
  tool.option("--offsite-remote", options.remote, "where copies go: REMOTE:path as rclone knows it, or an absolute path; a path of its own for each backup folder",
              {.names_command = true, .is_secret = true, .section = "offsite"});
  tool.option("--offsite-config", options.config, "rclone's configuration file (default: rclone's own)", {.names_command = true, .section = "offsite"});
  tool.option("--offsite-bwlimit", options.bwlimit, "how fast at most, in bytes a second, as in 10M; or by the hour: \"08:00,512k 19:00,off\"", {.section = "offsite"});
  tool.option("--offsite-verify", options.verify, "how a copy is proven: hash (the remote's own; read back where it has none) or full (read back)", {.section = "offsite"});
  tool.option("--offsite-retries", options.retries, "attempts after a lost connection, with pauses of 1, 2, 4 ... seconds", {.section = "offsite"});
}

offsite::Remote offsite_remote(const OffsiteOptions& options, const std::string& instead) {
  const auto& name = instead.empty() ? options.remote : instead;
  if (name.empty())
    throw Error(Code::config, "no off-site remote is named", "Say --offsite-remote REMOTE:path, or remote = \"REMOTE:path\" under [offsite] in safety.toml.");
  auto remote = offsite::parse_remote(name);
  remote.config = options.config;
  remote.bandwidth_limit = options.bwlimit;
  if (options.retries > 20) throw Error(Code::usage, "--offsite-retries takes 0 to 20", "The pauses double: ten are 17 minutes.");
  remote.retries.count = options.retries;
  return remote;
}

offsite::Thoroughness offsite_thoroughness(const OffsiteOptions& options) {
  if (options.verify == "hash") return offsite::Thoroughness::hash;
  if (options.verify == "full") return offsite::Thoroughness::full;
  throw Error(Code::usage, "--offsite-verify takes hash or full", "full reads each copy back.");
}

}  // namespace safety::tools
