#pragma once
// What the off-site tests share: a backup folder with checkpoints of any size, and real servers that rclone serves on loopback.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "libsafety/archive/sha256.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/offsite/offsite.hpp"
#include "libsafety/os/file.hpp"
#include "tests/testing/testing.hpp"

namespace safety::testing {

inline constexpr const char* kPassword = "open-sesame-4711";

inline int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no free port");
  ::close(fd);
  return ntohs(address.sin_port);
}

inline bool is_listening(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool is_there = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return is_there;
}

/// Until it holds, or a minute is over.
inline bool wait_until(const std::function<bool()>& holds) {
  const Stopwatch watch;
  while (watch.seconds() < 60) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

/// A password as rclone's configuration holds it.
inline std::string obscured_password() {
  static const std::string obscured = [] {
    const auto run = run_program("rclone", {"obscure", kPassword});
    if (run.exit_code != 0) throw std::runtime_error("rclone obscure failed: " + run.err);
    return std::string(trim(run.out));
  }();
  return obscured;
}

/// `rclone serve webdav` or `rclone serve sftp` over a folder.
class Server {
 public:
  explicit Server(std::string protocol, std::filesystem::path folder = {}) : protocol_(std::move(protocol)), folder_(std::move(folder)), port_(free_port()) {
    if (folder_.empty()) folder_ = own_folder_.path();
    start();
  }
  void start() {
    RunOptions options;
    options.environment = {{"RCLONE_CONFIG", "/nonexistent"}, {"HOME", home_.path().string()}};
    options.time_limit = std::chrono::seconds(600);
    process_ = std::make_unique<Background>("rclone",
                                            std::vector<std::string>{"serve", protocol_, folder_.string(), "--addr", "127.0.0.1:" + std::to_string(port_),
                                                                     "--user", "keeper", "--pass", kPassword, "--dir-cache-time", "1ms"},
                                            options);
    if (!wait_until([&] { return is_listening(port_); })) throw std::runtime_error("rclone serve " + protocol_ + " does not answer: " + process_->err_so_far());
  }
  void kill() { process_.reset(); }

  /// As somebody would write it on one line.
  std::string connection_string() const {
    const auto port = std::to_string(port_);
    if (protocol_ == "webdav") return ":webdav,url='http://127.0.0.1:" + port + "',vendor=other,user=keeper,pass=" + obscured_password() + ":copies";
    return ":sftp,host=127.0.0.1,port=" + port + ",user=keeper,pass=" + obscured_password() + ":copies";
  }
  offsite::Remote remote(offsite::Retries retries = {4, std::chrono::milliseconds(200)}) const {
    auto remote = offsite::parse_remote(connection_string());
    remote.retries = retries;
    return remote;
  }
  std::filesystem::path file(const std::string& name) const { return folder_ / "copies" / name; }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "copies", error)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::string protocol_;
  TempFolder own_folder_, home_;
  std::filesystem::path folder_;
  int port_;
  std::unique_ptr<Background> process_;
};

/// Bytes that no compression makes less; `seed` tells them apart.
inline std::string random_bytes(std::size_t size, unsigned seed) {
  std::mt19937_64 numbers(seed);
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
    const std::uint64_t number = numbers();
    std::memcpy(bytes.data() + at, &number, std::min(sizeof number, size - at));
  }
  return bytes;
}

/// A checkpoint as safety-backup leaves it, as far as copies are concerned: what is in the archive nobody looks at.
inline checkpoint::Record put_checkpoint(const checkpoint::Store& store, const std::string& id, std::uint64_t sequence, std::size_t bytes,
                                         const std::string& database = "shop") {
  const auto content = random_bytes(bytes, static_cast<unsigned>(sequence));
  checkpoint::Record record;
  record.id = id;
  record.sequence = sequence;
  record.database = database;
  record.snapshot_time = fmt::format("2026-11-{:02}T02:00:00.000Z", sequence);
  record.archive = {id + ".sql.zst", bytes, archive::Sha256::of(content), "zst"};
  write_text(store.archive_path(record), content);
  store.save(record);
  return record;
}

inline void flip_byte(const std::filesystem::path& path, std::size_t at) {
  auto content = read_text(path);
  content.at(at) = static_cast<char>(content[at] ^ 1);
  write_text(path, content);
}

/// What a whole copy of it is there.
inline std::vector<std::string> names_of(const checkpoint::Record& record) {
  return {record.id + ".json", record.archive.file, record.archive.file + ".sha256"};
}

}  // namespace safety::testing
