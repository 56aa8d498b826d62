// HTML that is safe by its type: text from outside gets into it escaped, or not at all.
//
//     Html row = Markup("<tr>") + Element("td", {{"class", "name"}}, Foreign(client.name)) + Markup("</tr>");
//
// Markup is what stands in our source: a Literal is made by the compiler, so no std::string can become one.  A sentence
// of a language table is a Literal with {placeholders}, filled with Html by Filled().
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace policyd::http {

// As a text, and as the value of an attribute in quotes: what is no UTF-8, control characters and those that change the
// direction of text are '?'.  All that comes from outside gets into a page through it.
std::string Escaped(std::string_view text);

class Literal {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): "<tr>" in our source is one.
  consteval Literal(const char* text) : text_(text) {}
  constexpr std::string_view text() const { return text_; }
  bool operator==(const Literal&) const = default;

 private:
  std::string_view text_;
};

struct Filling;

class Html {
 public:
  Html() = default;
  Html& operator+=(const Html& part);
  friend Html operator+(Html first, const Html& second) { return std::move(first += second); }
  bool operator==(const Html&) const = default;

  bool empty() const { return html_.empty(); }
  const std::string& string() const& { return html_; }
  std::string string() && { return std::move(html_); }

 private:
  explicit Html(std::string html) : html_(std::move(html)) {}
  friend Html Markup(Literal markup);
  friend Html Text(std::string_view text);
  friend Html Filled(Literal sentence, const std::vector<Filling>& fillings);

  std::string html_;
};

// As it stands.
Html Markup(Literal markup);
// Escaped for content and quoted attributes; control characters and those that change the direction of text as '?'.
Html Text(std::string_view text);
// A name, an address or a sentence that a stranger chose: as Text(), and letters that run from right to left move
// nothing around them.
Html Foreign(std::string_view text);

struct Attribute {
  Literal name;
  std::string_view value{};
};
using Attributes = std::initializer_list<Attribute>;

// <name attribute="value">: of an element without an end, as <input> is.  A href, src or action is left out unless it
// leads to http:, https: or mailto:, or to a path, a query or a fragment of this server's.
Html Tag(Literal name, Attributes attributes);
Html Element(Literal name, Attributes attributes, const Html& content);

// "{client} has no name" with each {placeholder} replaced by the filling of that name.  One without a filling leaves
// nothing behind.
struct Filling {
  std::string_view placeholder;
  Html html;
};
Html Filled(Literal sentence, const std::vector<Filling>& fillings);

}  // namespace policyd::http
