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

namespace policyd::http::pages {

// A path of ours with parameters, which may be anything.
class Url {
 public:
  explicit Url(std::string_view path);  // percent-encoded but for '/'
  // Left out where it is empty.
  Url& With(std::string_view name, std::string_view value);
  Url& At(std::string_view id);  // a place on the page; the last to be added
  const std::string& text() const { return text_; }

 private:
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
  Attribute(const char* name_, const Url& url) : name(name_), value(url.text()) {}
};

class Html {
 public:
  using Attributes = std::initializer_list<Attribute>;

  Html& Open(TagName tag, Attributes attributes = {});
  Html& Close();  // what was opened last.  REQUIRES: something is open
  Html& Text(std::string_view text);
  Html& Element(TagName tag, Attributes attributes, std::string_view text);
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

}  // namespace policyd::http::pages
