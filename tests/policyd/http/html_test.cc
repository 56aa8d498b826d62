#include "policyd/http/html.h"

#include <type_traits>

#include <gtest/gtest.h>

namespace policyd::http::html_test {

// Text from outside becomes neither markup nor the name of an element or attribute, whatever it is held in.
static_assert(!std::is_convertible_v<std::string, Html> && !std::is_convertible_v<const char*, Html>);
static_assert(!std::is_constructible_v<Html, std::string> && !std::is_constructible_v<Html, std::string_view>);
static_assert(!std::is_convertible_v<std::string, TagName> && !std::is_convertible_v<std::string, AttributeName>);

struct Case {
  const char* name;
  std::string text;
  std::string want;
};
class TextTest : public testing::TestWithParam<Case> {};

TEST_P(TextTest, IsEscaped) {
  EXPECT_EQ(Escaped(GetParam().text), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Hostile, TextTest,
    testing::Values(Case{"plain", "mail.a.example", "mail.a.example"},
                    Case{"script", "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
                    Case{"attribute", "\" onload='x'", "&quot; onload=&#39;x&#39;"},
                    Case{"entity", "&lt;b&gt;", "&amp;lt;b&amp;gt;"}, Case{"japanese", "関守 µs", "関守 µs"},
                    Case{"control", "a\x1b[31mb\r\n", "a?[31mb??"}, Case{"nul", std::string("a\0b", 3), "a?b"},
                    Case{"direction", "a\u202e\u2066b", "a??b"}, Case{"no_utf8", "a\xff\xc3<", "a??&lt;"}),
    [](const auto& row) { return row.param.name; });

TEST(Html, TextStaysText) {
  Html html;
  html.Open("p", {{"title", "\"><script>alert(1)</script>"}}).Text("a<b>&'\"</p>").Close();
  EXPECT_EQ(html.Document(),
            "<!DOCTYPE html>\n<p title=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\">"
            "a&lt;b&gt;&amp;&#39;&quot;&lt;/p&gt;</p>\n");
}

TEST(Html, ForeignTextIsIsolated) {
  Html html;
  EXPECT_EQ(html.Foreign("שלום.example").Document(), "<!DOCTYPE html>\n<bdi>שלום.example</bdi>\n");
}

TEST(Html, ElementsNestAndAttributesMayBeLeftOut) {
  Html part, html;
  part.Element("li", {}, "one");
  html.Open("ul", {{"hidden", true}, {"data-x", ""}, {"inert", false}}).Add(part).Void("br", {}).Close();
  html.Element("ol", {}, part);
  EXPECT_EQ(html.Document(), "<!DOCTYPE html>\n<ul hidden data-x=\"\"><li>one</li><br></ul><ol><li>one</li></ol>\n");
}

TEST(Url, WhatComesFromOutsideIsEncoded) {
  EXPECT_EQ(Url("/verdicts").With("client", "javascript:alert(1)&x=1#").With("sender", "").With("lang", "ja").text(),
            "/verdicts?client=javascript%3Aalert%281%29%26x%3D1%23&lang=ja");
  EXPECT_EQ(Url("/verdicts/\"><b>").text(), "/verdicts/%22%3E%3Cb%3E");
  EXPECT_EQ(Url("").At("a b").text(), "#a%20b");
  EXPECT_EQ(Url("").With("lang", "ja").text(), "?lang=ja");
  EXPECT_EQ(Url("../now/A").text(), "../now/A");
}

TEST(Url, LeadsNowhereElse) {
  const auto link = [](const char* address) {
    Html html;
    return html.Element("a", {Attribute::Href(Url::Elsewhere(address))}, "x").Document();
  };
  for (const char* address : {"https://a.example/?q=1", "http://a.example", "mailto:ann@a.example"}) {
    EXPECT_EQ(link(address), "<!DOCTYPE html>\n<a href=\"" + std::string(address) + "\">x</a>\n");
  }
  for (const char* address : {"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:x", "data:text/html,x",
                              "//a.example", "/\\a.example", "vbscript:x", "\tjavascript:x", ""}) {
    EXPECT_EQ(link(address), "<!DOCTYPE html>\n<a>x</a>\n") << address;
  }
}

std::string FilledWith(std::string_view sentence, std::string_view place, std::string_view value) {
  Html html;
  html.Text(value);
  const std::string document = Filled(sentence, {{place, html}}).Document();
  return document.substr(std::string_view("<!DOCTYPE html>\n").size());
}

TEST(Filled, ReplacesWhatItIsGiven) {
  EXPECT_EQ(FilledWith("{client} has <b> no name.", "client", "<1>"), "&lt;1&gt; has &lt;b&gt; no name.\n");
  EXPECT_EQ(FilledWith("{what}{what}", "what", "{what}`x`"), "{what}`x`{what}`x`\n") << "a value is not filled again";
  EXPECT_EQ(FilledWith("a {unknown} b", "what", "x"), "a  b\n");
  EXPECT_EQ(FilledWith("a { b", "what", "x"), "a \n");
  EXPECT_EQ(FilledWith("use `dig {what}` or `x", "what", "A"), "use <code>dig A</code> or <code>x</code>\n");
}

}  // namespace policyd::http::html_test
