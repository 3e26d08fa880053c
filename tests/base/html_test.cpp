#include "libsafety/base/html.hpp"

#include "tests/testing/testing.hpp"

namespace safety {
namespace {

using ::testing::HasSubstr;

TEST(Html, EscapesWhatWouldBeMarkupOrEndAnAttribute) {
  EXPECT_EQ(escape_html("<a href=\"x\" title='y'>&amp; é"), "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp; é");
  EXPECT_EQ(escape_html(""), "");
}

TEST(Html, PageForbidsScriptsAndRequestsAndEscapesItsTitle) {
  const auto page = format_page({"a <b>", "p { color: red; }\n", "<p>x</p>\n"});
  EXPECT_THAT(page, HasSubstr("<title>a &lt;b&gt;</title>"));
  EXPECT_THAT(page, HasSubstr("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
  EXPECT_THAT(page, HasSubstr("p { color: red; }\n</style>"));
  EXPECT_THAT(page, HasSubstr("<body>\n<p>x</p>\n</body>"));
}

}  // namespace
}  // namespace safety
