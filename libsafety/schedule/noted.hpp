#pragma once
// Unattended work that is noted in the ledger and told to the channels, whatever becomes of it. Internal to this folder.

#include <string>

#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/runs.hpp"
#include "libsafety/notify/notify.hpp"

namespace safety::schedule {

class Noted {
 public:
  /// `kind`: "scheduled", "drill". Its beginning is told, and noted. `channels` outlives it. Errors: storage, which is told, too.
  Noted(const Context& context, const checkpoint::Store& store, const notify::Channels& channels, const std::string& kind, const std::string& database);
  /// The next part begins.
  void step(const std::string& name);
  const checkpoint::Run& run() const noexcept { return run_; }

  /// Does `work(run)`, notes its end, and gives what it returned, in whose `run` the end stands, too. An Error is noted and
  /// thrown on: locked as a skip, since somebody else works on the database.
  template <typename Work>
  auto through(Work work) {
    try {
      auto result = work(run_);
      end(Code::success, "", false);
      result.run = run_;
      return result;
    } catch (const Error& error) {
      end(error.code(), error.message(), error.code() == Code::locked);
      throw;
    } catch (const std::exception& error) {
      end(Code::internal, error.what(), false);
      throw;
    }
  }

 private:
  void end(Code outcome, const std::string& message, bool is_skipped);

  const Context& context_;
  const checkpoint::Store& store_;
  const notify::Channels& channels_;
  Stopwatch watch_;
  checkpoint::Run run_;
};

/// A run that had nothing to do, and why.
checkpoint::Run note_skip(const Context& context, const checkpoint::Store& store, const notify::Channels& channels, const std::string& kind,
                          const std::string& database, const std::string& why);

}  // namespace safety::schedule
