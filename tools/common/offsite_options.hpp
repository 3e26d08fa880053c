#pragma once
// Section [offsite]: where copies of checkpoints go.

#include <string>

#include "libsafety/offsite/offsite.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

struct OffsiteOptions {
  std::string remote, config, bwlimit, verify = "hash";
  unsigned retries = offsite::Retries{}.count;
};

/// --offsite-remote, --offsite-config, --offsite-bwlimit, --offsite-verify, --offsite-retries.
void declare_offsite(Tool& tool, OffsiteOptions& options);

/// The remote of the options, or `instead` of theirs. Errors: config when none is named; usage.
offsite::Remote offsite_remote(const OffsiteOptions& options, const std::string& instead = {});
/// Errors: usage.
offsite::Thoroughness offsite_thoroughness(const OffsiteOptions& options);

}  // namespace safety::tools
