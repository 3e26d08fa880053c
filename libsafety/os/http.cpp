#include "libsafety/os/http.hpp"

#include <curl/curl.h>

#include <cstring>
#include <functional>
#include <memory>

namespace safety::os {
namespace {

struct FreeEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t swallow(char*, std::size_t size, std::size_t count, void*) { return size * count; }

/// libcurl's own words name hosts and ports, which of a mistyped URL may be its password. These are of fixed texts.
std::string describe(CURL* handle, CURLcode code) {
  std::string text = curl_easy_strerror(code);
  long system_error = 0;
  if (curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &system_error) == CURLE_OK && code == CURLE_COULDNT_CONNECT && system_error != 0)
    text += std::string(" (") + std::strerror(static_cast<int>(system_error)) + ")";
  return text;
}

HttpAnswer ask(const std::string& url, std::chrono::milliseconds time_limit, const std::function<void(CURL*)>& set) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, FreeEasy> handle(ready == CURLE_OK ? curl_easy_init() : nullptr);
  if (!handle) return {0, "libcurl does not start"};
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);  // threads and signal handlers do not mix
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(time_limit.count()));
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, swallow);
  set(handle.get());
  const auto code = curl_easy_perform(handle.get());
  if (code != CURLE_OK) return {0, describe(handle.get(), code)};
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  return {static_cast<int>(status), {}};
}

}  // namespace

HttpAnswer http_get(const std::string& url, std::chrono::milliseconds time_limit) {
  return ask(url, time_limit, [](CURL*) {});
}

HttpAnswer http_post(const std::string& url, const std::string& body, const std::vector<std::string>& headers, std::chrono::milliseconds time_limit) {
  std::unique_ptr<curl_slist, FreeList> list;
  // Without the first a long body waits a second for servers that never say "go on".
  const auto add = [&](const std::string& header) {
    if (auto* longer = curl_slist_append(list.get(), header.c_str())) static_cast<void>(list.release()), list.reset(longer);
  };
  add("Expect:");
  for (const auto& header : headers) add(header);
  return ask(url, time_limit, [&](CURL* handle) {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list.get());
  });
}

}  // namespace safety::os
