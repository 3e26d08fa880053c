#pragma once
// An HTTP server on 127.0.0.1 that keeps what it is asked, for tests of what asks.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace safety::testing {

/// One connection at a time, each for one request.
class HttpServer {
 public:
  struct Request {
    std::string method, target, body;
    std::string head;  // all header lines, names in lower case
  };

  /// Answers with these statuses in order, the last for ever; 0: never answers, and keeps the connection open.
  explicit HttpServer(std::vector<int> statuses = {200}, std::string more_headers = {}) : statuses_(std::move(statuses)), more_headers_(std::move(more_headers)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no HTTP server can be started on 127.0.0.1");
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  ~HttpServer() {
    ::shutdown(listener_, SHUT_RDWR);  // ends accept()
    thread_.join();
    ::close(listener_);
    for (const int fd : held_) ::close(fd);
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  /// So far, in the order in which they came.
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::vector<std::string> targets() const {
    std::vector<std::string> targets;
    for (const auto& request : requests()) targets.push_back(request.target);
    return targets;
  }

 private:
  void serve() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      const auto request = read_request(fd);
      int status = 0;
      {
        const std::lock_guard lock(mutex_);
        status = statuses_[std::min(requests_.size(), statuses_.size() - 1)];
        requests_.push_back(request);
      }
      if (status == 0) {
        held_.push_back(fd);
        continue;
      }
      const auto answer = "HTTP/1.1 " + std::to_string(status) + " Words\r\n" + more_headers_ + "Content-Length: 2\r\nConnection: close\r\n\r\nok";
      static_cast<void>(::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL));
      ::close(fd);
    }
  }

  static Request read_request(int fd) {
    std::string text;
    std::size_t head_end = std::string::npos, body_size = 0;
    char piece[4096];
    while (head_end == std::string::npos || text.size() < head_end + 4 + body_size) {
      const auto got = ::recv(fd, piece, sizeof piece, 0);
      if (got <= 0) break;
      text.append(piece, static_cast<std::size_t>(got));
      head_end = text.find("\r\n\r\n");
      if (const auto at = text.find("Content-Length: "); head_end != std::string::npos && at < head_end) body_size = std::stoul(text.substr(at + 16));
    }
    Request request;
    if (head_end == std::string::npos) return request;
    const auto line_end = text.find("\r\n"), method_end = text.find(' '), target_end = text.find(' ', method_end + 1);
    request.method = text.substr(0, method_end);
    request.target = text.substr(method_end + 1, target_end - method_end - 1);
    request.head = text.substr(line_end + 2, head_end - line_end);
    bool is_name = true;
    for (char& c : request.head) {
      if (c == ':') is_name = false;
      if (c == '\n') is_name = true;
      if (is_name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    request.body = text.substr(head_end + 4);
    return request;
  }

  std::vector<int> statuses_;
  std::string more_headers_;
  int listener_ = -1;
  unsigned port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::vector<int> held_;
  std::jthread thread_;
};

/// A port on 127.0.0.1 that refuses connections.
inline unsigned refusing_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool is_bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 && ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!is_bound) throw std::runtime_error("no port is free on 127.0.0.1");
  return ntohs(address.sin_port);
}

}  // namespace safety::testing
