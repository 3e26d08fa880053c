#include "libsafety/os/task_graph.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "libsafety/base/error.hpp"
#include "libsafety/os/workers.hpp"

namespace safety::os {
namespace {

class Scheduler {
 public:
  explicit Scheduler(const std::vector<Task>& tasks) : tasks_(tasks), waits_for_(tasks.size()), followers_(tasks.size()) {
    for (std::size_t at = 0; at < tasks.size(); ++at) {
      waits_for_[at] = tasks[at].after.size();
      for (const auto before : tasks[at].after) followers_[before].push_back(at);
      if (waits_for_[at] == 0) ready_.insert(key(at));
    }
  }

  /// Blocks until a task can start; nullopt when all have ended.
  std::optional<std::size_t> take(const Context& context) {
    std::unique_lock lock(mutex_);
    for (;;) {
      context.throw_if_stopped();
      if (ended_ == tasks_.size()) return std::nullopt;
      for (auto at = ready_.begin(); at != ready_.end(); ++at) {
        if (!is_free(tasks_[at->second])) continue;
        const auto task = at->second;
        ready_.erase(at);
        for (const auto& name : tasks_[task].shared) ++holders_[name];
        for (const auto& name : tasks_[task].exclusive) holders_[name] = kExclusive;
        return task;
      }
      changed_.wait_for(lock, std::chrono::milliseconds(100));
    }
  }

  void ended(std::size_t task) {
    {
      const std::lock_guard lock(mutex_);
      ++ended_;
      for (const auto& name : tasks_[task].shared)
        if (--holders_[name] == 0) holders_.erase(name);
      for (const auto& name : tasks_[task].exclusive) holders_.erase(name);
      for (const auto follower : followers_[task])
        if (--waits_for_[follower] == 0) ready_.insert(key(follower));
    }
    changed_.notify_all();
  }

 private:
  static constexpr int kExclusive = -1;
  // Heaviest first, then in the order given.
  std::pair<std::uint64_t, std::size_t> key(std::size_t task) const { return {~tasks_[task].weight, task}; }

  bool is_free(const Task& task) const {
    const auto held = [&](const std::string& name) {
      const auto found = holders_.find(name);
      return found == holders_.end() ? 0 : found->second;
    };
    return std::all_of(task.shared.begin(), task.shared.end(), [&](const auto& name) { return held(name) != kExclusive; }) &&
           std::all_of(task.exclusive.begin(), task.exclusive.end(), [&](const auto& name) { return held(name) == 0; });
  }

  const std::vector<Task>& tasks_;
  std::vector<std::size_t> waits_for_;
  std::vector<std::vector<std::size_t>> followers_;
  std::set<std::pair<std::uint64_t, std::size_t>> ready_;
  std::map<std::string, int> holders_;
  std::size_t ended_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace

void run_tasks(const Context& context, unsigned jobs, const std::vector<Task>& tasks) {
  if (tasks.empty()) return;
  Scheduler scheduler(tasks);
  const auto count = static_cast<unsigned>(std::clamp<std::size_t>(tasks.size(), 1, std::max(1U, jobs)));
  run_workers(context, count, [&](const Context& inner, unsigned number) {
    while (const auto task = scheduler.take(inner)) {
      tasks[*task].run(inner, number);
      scheduler.ended(*task);
    }
  });
}

}  // namespace safety::os
