#pragma once
// What the status page's CSS adds to that of every page (base/html.hpp). Internal to this folder.

#include <string_view>

namespace safety::page {

std::string_view page_style();

}  // namespace safety::page
