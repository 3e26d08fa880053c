#include "libsafety/os/http.hpp"

#include <curl/curl.h>

#include <memory>

namespace safety::os {
namespace {

struct FreeEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

std::size_t swallow(char*, std::size_t size, std::size_t count, void*) { return size * count; }

}  // namespace

HttpAnswer http_get(const std::string& url, std::chrono::milliseconds time_limit) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, FreeEasy> handle(ready == CURLE_OK ? curl_easy_init() : nullptr);
  if (!handle) return {0, "libcurl does not start"};
  char words[CURL_ERROR_SIZE] = {};
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);  // threads and signal handlers do not mix
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(time_limit.count()));
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, swallow);
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, words);
  const auto code = curl_easy_perform(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK) return {0, *words != '\0' ? words : curl_easy_strerror(code)};
  return {static_cast<int>(status), {}};
}

}  // namespace safety::os
