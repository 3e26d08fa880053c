#pragma once
// What a migration tool's output says of its run, where its exit code does not. Pure. Internal to this folder.
//
// Source: output of drizzle-kit 0.31 and 1.0, Prisma 5 to 7, psql and docker as they print it.

#include <string>
#include <string_view>
#include <vector>

namespace safety::rehearsal {

/// The last bytes of what came, so that an endless writer does no harm.
class OutputTail {
 public:
  void add(std::string_view piece);
  /// The last 64 KiB, from a line's beginning when it was cut, the secrets replaced by **redacted**.
  std::string text(const std::vector<std::string>& secrets) const;

 private:
  std::string kept_;
  bool is_cut_ = false;
};

/// Escape sequences and carriage returns taken out: what a person would read.
std::string plain_text(std::string_view output);

struct OutputVerdict {
  bool wanted_terminal = false;
  std::string trouble;    // one line; empty when the output shows no failure
  std::string statement;  // the failing one, where the output has it
};

/// `has_failed`: the exit code says so already; then the error line is looked for harder.
OutputVerdict judge_output(const std::string& output, bool has_failed);

/// The password, as it is and as it stands in a URL.
std::vector<std::string> secrets_of(const std::string& password);

}  // namespace safety::rehearsal
