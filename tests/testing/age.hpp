#pragma once
// Keys of age, made by its own program.

#include "tests/testing/testing.hpp"

namespace safety::testing {

struct AgeKey {
  std::string recipient;
  std::filesystem::path file;  // the identity
};

/// Writes a new identity to `file`. Throws with age-keygen's words.
inline AgeKey make_age_key(const std::filesystem::path& file) {
  const auto made = run_program("age-keygen", {"-o", file.string()});
  if (made.exit_code != 0) throw std::runtime_error("age-keygen made no key: " + made.err);
  auto recipient = run_program("age-keygen", {"-y", file.string()}).out;
  if (recipient.ends_with('\n')) recipient.pop_back();
  return {std::move(recipient), file};
}

}  // namespace safety::testing
