#include "policyd/http/pages/html.h"

#include <gtest/gtest.h>

#include "policyd/http/html.h"

namespace policyd::http::pages {
namespace {

TEST(Html, TextStaysText) {
  Html html;
  html.Open("p", {{"title", "\"><script>alert(1)</script>"}}).Text("a<b>&'\"</p>").Close();
  EXPECT_EQ(html.Document(),
            "<!DOCTYPE html>\n<p title=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\">"
            "a&lt;b&gt;&amp;&#39;&quot;&lt;/p&gt;</p>\n");
}

TEST(Html, WhatWouldMoveTheReadersEyeIsNotSent) {
  // A mark that turns the direction of text, a control, and a byte that is no UTF-8.
  EXPECT_EQ(Escaped("a\u202eb\x1b[2Jc\xff"), "a?b?[2Jc?");
  EXPECT_EQ(Escaped("関守 µs"), "関守 µs");
}

TEST(Html, ElementsNestAndAttributesMayBeLeftOut) {
  Html part, html;
  part.Element("li", {}, "one");
  html.Open("ul", {{"hidden", true}, {"data-x", ""}, {"inert", false}}).Add(part).Void("br", {}).Close();
  EXPECT_EQ(html.Document(), "<!DOCTYPE html>\n<ul hidden data-x=\"\"><li>one</li><br></ul>\n");
}

TEST(Url, WhatComesFromOutsideIsEncoded) {
  EXPECT_EQ(Url("/verdicts").With("client", "javascript:alert(1)&x=1#").With("sender", "").With("lang", "ja").text(),
            "/verdicts?client=javascript%3Aalert%281%29%26x%3D1%23&lang=ja");
  EXPECT_EQ(Url("/verdicts/\"><b>").text(), "/verdicts/%22%3E%3Cb%3E");
  EXPECT_EQ(Url("").At("a b").text(), "#a%20b");
}

}  // namespace
}  // namespace policyd::http::pages
