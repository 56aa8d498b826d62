// HTML as a value that is built, so that no byte from outside can be anything but text.
//
// Names of elements and attributes are constants of the program, checked while it is compiled; every value goes through
// the one escaping here.  There is no way to put a text in unescaped, no inline style, no handler of an event, and a
// link can only be made of a Url.  What is opened is closed: elements nest by construction.
//
//     html.Open("tr", {{"class", "row"}}).Element("td", {}, row.helo).Close();
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

// An address that a page leads to.
class Url {
 public:
  // A path of ours, or from this page ("../style.css"), which may be anything: percent-encoded but for '/'.
  explicit Url(std::string_view path);
  // One of another server or a mail address; nothing, so that there is no link, unless it begins with http:, https: or
  // mailto:.
  static Url Elsewhere(std::string_view address);

  // Left out where it is empty.
  Url& With(std::string_view name, std::string_view value);
  Url& At(std::string_view id);  // a place on the page; the last to be added
  const std::string& text() const { return text_; }

 private:
  Url() = default;

  std::string text_;
  bool has_query_ = false;
};

class TagName {
 public:
  consteval TagName(const char* name) : text(name) {  // NOLINT: a literal is a name
    for (const char c : text) {
      const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!is_letter) NotAName();
    }
    if (text == "script" || text == "style") NotAName();  // their content is no text: see Script()
  }
  std::string_view text;

 private:
  static void NotAName();  // not constant: the call does not compile
};

class AttributeName {
 public:
  consteval AttributeName(const char* name) : text(name) {  // NOLINT: a literal is a name
    for (const char c : text) {
      const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
      if (!is_letter) NotAName();
    }
    const bool takes_url = text == "href" || text == "src" || text == "action" || text == "formaction";
    if (takes_url || text == "style" || text.starts_with("on")) NotAName();
  }
  std::string_view text;

 private:
  static void NotAName();
};

struct Attribute {
  Attribute(AttributeName name_, std::string_view value_) : name(name_.text), value(value_) {}
  // The attribute is there or it is not: "open", "checked".
  Attribute(AttributeName name_, bool is_there_) : name(name_.text), is_there(is_there_), has_value(false) {}
  Attribute(AttributeName name_, const char* value_) : Attribute(name_, std::string_view(value_)) {}

  static Attribute Href(const Url& url) { return {"href", url}; }
  static Attribute Src(const Url& url) { return {"src", url}; }
  static Attribute Action(const Url& url) { return {"action", url}; }

  std::string_view name;
  std::string_view value{};
  bool is_there = true, has_value = true;

 private:
  Attribute(const char* name_, const Url& url) : name(name_), value(url.text()), is_there(!url.text().empty()) {}
};

class Html {
 public:
  using Attributes = std::initializer_list<Attribute>;

  Html& Open(TagName tag, Attributes attributes = {});
  Html& Close();  // what was opened last.  REQUIRES: something is open
  Html& Text(std::string_view text);
  // A name or a sentence that a stranger chose: letters that run from right to left move nothing around them.
  Html& Foreign(std::string_view text);
  Html& Element(TagName tag, Attributes attributes, std::string_view text);
  Html& Element(TagName tag, Attributes attributes, const Html& content);
  // An element that has no content and no end: <input>, <meta>, <link>.
  Html& Void(TagName tag, Attributes attributes);
  // A script of ours, by its address; there is no other.
  Html& Script(const Url& address);
  // REQUIRES: all of the part is closed.
  Html& Add(const Html& part);

  bool empty() const { return text_.empty(); }
  // REQUIRES: all is closed.
  std::string Document() const;

 private:
  void Begin(std::string_view tag, Attributes attributes);

  std::string text_;
  std::vector<std::string_view> open_;
};

// A sentence with each {place} replaced by what is filled in there, and what stands between `back quotes` as code.  A
// place without a filling leaves nothing behind; what is filled in is not filled again.
struct Filling {
  std::string_view place;
  Html html;
};
Html Filled(std::string_view sentence, const std::vector<Filling>& fillings);

}  // namespace policyd::http
