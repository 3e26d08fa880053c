#include "libsafety/base/html.hpp"

#include <fmt/format.h>

namespace safety {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ground: #fdfdfb; --text: #1f2328; --faint: #5d6670; --line: #dcdfe3; --block: #f3f4f2;
  --good: #1a6b3c; --warn: #855600; --bad: #b02a1c; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #15181c; --text: #e2e5e9; --faint: #98a1ab; --line: #333a42; --block: #1d2127;
    --good: #6cc492; --warn: #dcaa4a; --bad: #f08a7c; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 50rem; padding: 2.5rem 1.25rem 4rem; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0 0 .4rem; font-size: 1.7rem; line-height: 1.25; font-weight: 650; letter-spacing: -.01em; }
h2 { margin: 2.4rem 0 .7rem; font-size: 1.1rem; line-height: 1.3; font-weight: 650; }
p { margin: 0; }
.lead { color: var(--faint); }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .85em; }
code { padding: .1em .3em; border-radius: .25em; background: var(--block); }
pre { margin: 0; padding: .9rem 1rem; overflow-x: auto; border-radius: .4rem; background: var(--block); line-height: 1.5; tab-size: 4; overflow-wrap: normal; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .4rem 1.2rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: break-word; }
th { color: var(--faint); font-size: .875rem; font-weight: 500; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
.figure { text-align: right; white-space: nowrap; }
@media (max-width: 34rem) {
  body { padding-top: 1.5rem; }
  h1 { font-size: 1.4rem; }
  th, td { padding-right: .8rem; }
}
@media print {
  :root { --ground: #fff; --text: #000; --faint: #444; --line: #bbb; --block: #fff; --good: #000; --warn: #000; --bad: #000; }
  body { max-width: none; padding: 0 .4rem; font-size: 10.5pt; }
  pre { padding: 0; overflow: visible; white-space: pre-wrap; overflow-wrap: anywhere; }
  .wide { overflow: visible; }
  h2 { break-after: avoid; }
  li, tr, dl { break-inside: avoid; }
}
)";

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  return out;
}

std::string format_page(const HtmlPage& page) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<title>{}</title>\n<style>{}{}</style>\n</head>\n<body>\n{}</body>\n</html>\n",
      escape_html(page.title), kStyle, page.style, page.content);
}

}  // namespace safety
