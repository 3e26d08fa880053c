#pragma once
// Pages that stand alone: one file, no network, no script. What those that we write have in common: escaping, the frame, colours
// and type for light, dark, phone and paper. The markup is HTML that an XML parser reads as well, so that tests can.

#include <string>
#include <string_view>

namespace safety {

/// For text and for quoted attributes. Texts from elsewhere pass one_line (base/text.hpp) first: a page is UTF-8.
std::string escape_html(std::string_view text);

struct HtmlPage {
  std::string title;       // text
  std::string_view style;  // CSS that this page adds to the shared one; never made of texts from elsewhere
  std::string content;     // markup of the body
};
/// The policy in its head forbids scripts and every request.
std::string format_page(const HtmlPage& page);

}  // namespace safety
