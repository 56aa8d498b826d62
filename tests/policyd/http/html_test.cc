#include "policyd/http/html.h"

#include <type_traits>

#include <gtest/gtest.h>

namespace policyd::http {
namespace {

// Text from outside becomes neither markup nor the name of an element or attribute, whatever it is held in.
static_assert(!std::is_convertible_v<std::string, Html> && !std::is_convertible_v<const char*, Html>);
static_assert(!std::is_convertible_v<std::string, Literal> && !std::is_convertible_v<std::string_view, Literal>);
static_assert(!std::is_constructible_v<Html, std::string> && !std::is_constructible_v<Html, std::string_view>);

struct Case {
  const char* name;
  std::string text;
  std::string want;
};
class TextTest : public testing::TestWithParam<Case> {};

TEST_P(TextTest, IsEscaped) {
  EXPECT_EQ(Text(GetParam().text).string(), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Hostile, TextTest,
    testing::Values(Case{"plain", "mail.a.example", "mail.a.example"},
                    Case{"script", "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
                    Case{"attribute", "\" onload='x'", "&quot; onload=&#39;x&#39;"},
                    Case{"entity", "&lt;b&gt;", "&amp;lt;b&amp;gt;"}, Case{"japanese", "関守", "関守"},
                    Case{"control", "a\x1b[31mb\r\n", "a?[31mb??"}, Case{"nul", std::string("a\0b", 3), "a?b"},
                    Case{"direction", "a\u202e\u2066b", "a??b"}, Case{"no_utf8", "a\xff\xc3<", "a??&lt;"}),
    [](const auto& row) { return row.param.name; });

TEST(Html, MarkupStaysAsItStands) {
  EXPECT_EQ((Markup("<p>") + Text("a < b") + Markup("</p>")).string(), "<p>a &lt; b</p>");
}

TEST(Html, ForeignTextIsIsolated) {
  EXPECT_EQ(Foreign("שלום.example").string(), "<bdi>שלום.example</bdi>");
}

TEST(Element, HasEscapedAttributes) {
  EXPECT_EQ(Element("td", {{"class", "name"}, {"title", "\"><b>"}}, Text("x")).string(),
            "<td class=\"name\" title=\"&quot;&gt;&lt;b&gt;\">x</td>");
  EXPECT_EQ(Tag("input", {{"name", "text"}}).string(), "<input name=\"text\">");
}

TEST(Element, LeadsNowhereElse) {
  for (const char* address : {"https://a.example/?q=1", "http://a.example", "mailto:ann@a.example", "/why/A",
                              "./style.css", "../why/A", "?lang=ja", "#x"}) {
    EXPECT_EQ(Element("a", {{"href", address}}, Text("x")).string(), "<a href=\"" + std::string(address) + "\">x</a>");
  }
  for (const char* address : {"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:x", "data:text/html,x",
                              "//a.example", "/\\a.example", "vbscript:x", "\tjavascript:x", ""}) {
    EXPECT_EQ(Element("a", {{"href", address}}, Text("x")).string(), "<a>x</a>") << address;
    EXPECT_EQ(Tag("form", {{"action", address}}).string(), "<form>") << address;
    EXPECT_EQ(Tag("img", {{"src", address}}).string(), "<img>") << address;
  }
}

TEST(Filled, ReplacesWhatItIsGiven) {
  EXPECT_EQ(Filled("{client} has no <em>{what}</em>.", {{"client", Text("<1>")}, {"what", Text("name")}}).string(),
            "&lt;1&gt; has no <em>name</em>.");
  EXPECT_EQ(Filled("{what}{what}", {{"what", Text("{what}")}}).string(), "{what}{what}")
      << "a value is not filled again";
  EXPECT_EQ(Filled("a {unknown} b", {}).string(), "a  b");
  EXPECT_EQ(Filled("a { b", {}).string(), "a ");
}

}  // namespace
}  // namespace policyd::http
