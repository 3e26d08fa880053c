#pragma once
// Asking a URL how it is, and telling it something.

#include <chrono>
#include <string>
#include <vector>

namespace safety::os {

struct HttpAnswer {
  int status = 0;     // 0: there was no answer
  std::string error;  // why not. Never holds any part of the URL, which may be a secret whole
  bool is_good() const { return status >= 200 && status < 400; }
  /// What was sent has arrived: a redirect, which is not followed, says that it has not.
  bool is_accepted() const { return status >= 200 && status < 300; }
};

// Both: what the answer holds is thrown away. http and https only, certificates are checked; redirects are an answer, not
// followed. The time limit is for the whole of it, name look-up to last byte. Threads: any number at once.

HttpAnswer http_get(const std::string& url, std::chrono::milliseconds time_limit);

/// POST of `body` with `headers`, each "Name: value".
HttpAnswer http_post(const std::string& url, const std::string& body, const std::vector<std::string>& headers, std::chrono::milliseconds time_limit);

}  // namespace safety::os
