#pragma once
// Asking the stack's services, with bodies and answers in JSON. One connection for each request.

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

namespace safety::testing {

struct HttpAnswer {
  int status = 0;       // 0: no answer came, which says nothing about what the service did
  nlohmann::json body;  // null when that is not JSON
  std::string error;    // why no answer came
  friend std::ostream& operator<<(std::ostream& stream, const HttpAnswer& answer);
};

/// `url` is http://127.0.0.1:PORT/path. Threads: any number at once.
HttpAnswer http_get(const std::string& url, std::chrono::seconds time_limit = std::chrono::seconds(15));
HttpAnswer http_post(const std::string& url, const nlohmann::json& body,
                     std::chrono::seconds time_limit = std::chrono::seconds(15));

}  // namespace safety::testing
