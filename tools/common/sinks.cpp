#include "tools/common/sinks.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"

namespace safety::tools {
namespace {

using std::chrono::steady_clock;

std::string describe_progress(const Event& event, double seconds) {
  std::string text = fmt::format("{} {}/{}", event.name, format_count(event.done_items), format_count(event.total_items));
  if (event.total_bytes > 0) {
    text += fmt::format("  {} of {}", format_bytes(event.done_bytes), format_bytes(event.total_bytes));
    if (seconds > 0.5 && event.done_bytes > 0) {
      const double rate = static_cast<double>(event.done_bytes) / seconds;
      text += fmt::format("  {}/s", format_bytes(static_cast<std::uint64_t>(rate)));
      if (event.done_bytes < event.total_bytes)
        text += "  " + format_seconds(static_cast<double>(event.total_bytes - event.done_bytes) / rate) + " left";
    }
  }
  return text;
}

/// A sink that writes lines, and progress every so often.
class TextSink : public Sink {
 public:
  TextSink(std::string tool, std::chrono::milliseconds interval) : tool_(std::move(tool)), interval_(interval) {}

  void on(const Event& event) override {
    const std::lock_guard lock(mutex_);
    const auto now = steady_clock::now();
    switch (event.kind) {
      case Event::Kind::progress: {
        if (event.name != progress_name_) {
          progress_name_ = event.name;
          progress_start_ = now;
          last_progress_ = now;
          return;
        }
        if (now - last_progress_ < interval_) return;
        last_progress_ = now;
        show_progress(describe_progress(event, std::chrono::duration<double>(now - progress_start_).count()));
        return;
      }
      case Event::Kind::phase:
        return show_line(event.name + " ...");
      case Event::Kind::note:
        return show_line("note: " + event.text);
      case Event::Kind::warning:
        return show_line("warning: " + event.text);
      case Event::Kind::step:
        return show_line(fmt::format("{}: {}{}", event.name, event.text,
                                     event.seconds > 0 ? " in " + format_seconds(event.seconds) : ""));
    }
  }

 protected:
  virtual void show_line(const std::string& text) = 0;
  virtual void show_progress(const std::string& text) = 0;
  std::string tool_;

 private:
  std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::string progress_name_;
  steady_clock::time_point progress_start_, last_progress_;
};

class TerminalSink final : public TextSink {
 public:
  explicit TerminalSink(std::string tool) : TextSink(std::move(tool), std::chrono::milliseconds(200)) {}
  ~TerminalSink() override { clear(); }

 private:
  void clear() {
    if (has_progress_) std::fputs("\r\033[K", stderr);
    has_progress_ = false;
  }
  void show_line(const std::string& text) override {
    clear();
    std::fputs((one_line(text) + "\n").c_str(), stderr);
  }
  void show_progress(const std::string& text) override {
    std::fputs(("\r\033[K  " + one_line(text)).c_str(), stderr);
    has_progress_ = true;
  }
  bool has_progress_ = false;
};

/// Lines with a time; progress is a heartbeat, not a flood.
class LogSink final : public TextSink {
 public:
  explicit LogSink(std::string tool) : TextSink(std::move(tool), std::chrono::seconds(20)) {}

 private:
  void show_line(const std::string& text) override {
    std::fputs(fmt::format("{} {}: {}\n", format_rfc3339(std::chrono::system_clock::now()), tool_, one_line(text)).c_str(), stderr);
  }
  void show_progress(const std::string& text) override { show_line(text); }
};

class QuietSink final : public Sink {
 public:
  explicit QuietSink(std::string tool) : tool_(std::move(tool)) {}
  void on(const Event& event) override {
    if (event.kind == Event::Kind::warning) std::fputs((tool_ + ": warning: " + one_line(event.text) + "\n").c_str(), stderr);
  }

 private:
  std::string tool_;
};

class JsonSink final : public Sink {
 public:
  explicit JsonSink(std::string tool) : tool_(std::move(tool)) {}
  void on(const Event& event) override {
    constexpr const char* kNames[] = {"phase", "progress", "note", "warning", "step"};
    nlohmann::ordered_json line{{"schema", 1}, {"kind", kNames[static_cast<int>(event.kind)]}, {"tool", tool_},
                                {"at", format_rfc3339(std::chrono::system_clock::now())}};
    if (!event.name.empty()) line["name"] = event.name;
    if (!event.text.empty()) line["text"] = event.text;
    if (event.kind == Event::Kind::progress) {
      const auto now = steady_clock::now();
      const std::lock_guard lock(mutex_);
      if (now - last_progress_ < std::chrono::seconds(1)) return;
      last_progress_ = now;
      line.update({{"done_bytes", event.done_bytes}, {"total_bytes", event.total_bytes},
                   {"done_items", event.done_items}, {"total_items", event.total_items}});
    }
    if (event.seconds > 0) line["seconds"] = event.seconds;
    const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    const std::lock_guard lock(mutex_);
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
  }

 private:
  std::string tool_;
  std::mutex mutex_;
  steady_clock::time_point last_progress_;
};

}  // namespace

std::unique_ptr<Sink> make_sink(SinkKind kind, const std::string& tool) {
  switch (kind) {
    case SinkKind::terminal:
      return std::make_unique<TerminalSink>(tool);
    case SinkKind::log:
      return std::make_unique<LogSink>(tool);
    case SinkKind::json:
      return std::make_unique<JsonSink>(tool);
    case SinkKind::quiet:
      break;
  }
  return std::make_unique<QuietSink>(tool);
}

}  // namespace safety::tools
