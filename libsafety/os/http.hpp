#pragma once
// Asking a URL how it is.

#include <chrono>
#include <string>

namespace safety::os {

struct HttpAnswer {
  int status = 0;     // 0: there was no answer
  std::string error;  // why not
  bool is_good() const { return status >= 200 && status < 400; }
};

/// GET; what the answer holds is thrown away. http and https only; redirects are an answer, not followed.
/// Threads: any number at once.
HttpAnswer http_get(const std::string& url, std::chrono::milliseconds time_limit);

}  // namespace safety::os
