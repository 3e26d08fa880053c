#include "tests/docker/http.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace safety::testing {
namespace {

/// Closes what it holds.
struct Socket {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  Socket() = default;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(fd); }
};

HttpAnswer no_answer(const char* what) {
  return {0, nullptr, std::string(what) + ": " + std::strerror(errno)};
}

HttpAnswer ask(const std::string& method, const std::string& url, const std::string& body,
               std::chrono::seconds time_limit) {
  int port = 0, length = 0;
  if (std::sscanf(url.c_str(), "http://127.0.0.1:%d/%n", &port, &length) != 1 || length == 0)
    throw std::runtime_error("not an URL of the stack: " + url);
  const std::string path = url.substr(static_cast<std::size_t>(length) - 1);

  const Socket socket;
  const timeval limit{time_limit.count(), 0};
  ::setsockopt(socket.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket.fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return no_answer("connect");

  const std::string request =
      method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n" +
      "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  for (std::size_t sent = 0; sent < request.size();) {
    const auto count = ::send(socket.fd, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return no_answer("send");
    sent += static_cast<std::size_t>(count);
  }
  std::string answer;
  char piece[4096];
  for (;;) {
    const auto count = ::recv(socket.fd, piece, sizeof piece, 0);
    if (count < 0) return no_answer("receive");
    if (count == 0) break;
    answer.append(piece, static_cast<std::size_t>(count));
  }

  HttpAnswer result;
  const auto end_of_head = answer.find("\r\n\r\n");
  if (end_of_head == std::string::npos || std::sscanf(answer.c_str(), "HTTP/1.1 %d", &result.status) != 1)
    return {0, nullptr, "the answer was cut off after " + std::to_string(answer.size()) + " bytes"};
  // Node sends short bodies in one chunk, or with their length: either way the object is what stands between the
  // braces.
  const auto begin = answer.find('{', end_of_head), end = answer.rfind('}');
  if (begin != std::string::npos && end != std::string::npos)
    result.body = nlohmann::json::parse(answer.substr(begin, end - begin + 1), nullptr, false);
  if (result.body.is_discarded()) result.body = nullptr;
  // A status without the whole body: what was acknowledged is not known.
  if (result.body.is_null()) return {0, nullptr, "the answer's body was cut off: " + answer.substr(end_of_head)};
  return result;
}

}  // namespace

std::ostream& operator<<(std::ostream& stream, const HttpAnswer& answer) {
  return stream << "status " << answer.status << " " << answer.body.dump() << " " << answer.error;
}

HttpAnswer http_get(const std::string& url, std::chrono::seconds time_limit) {
  return ask("GET", url, "", time_limit);
}

HttpAnswer http_post(const std::string& url, const nlohmann::json& body, std::chrono::seconds time_limit) {
  return ask("POST", url, body.dump(), time_limit);
}

}  // namespace safety::testing
