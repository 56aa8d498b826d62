#include "policyd/http/pages/html.h"

#include <cassert>

#include "policyd/http/html.h"

namespace policyd::http::pages {
namespace {

bool IsUnreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

void AppendEncoded(std::string& to, std::string_view text, bool keeps_slashes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (IsUnreserved(c) || (keeps_slashes && c == '/')) {
      to += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    to += '%';
    to += kDigits[byte >> 4];
    to += kDigits[byte & 15];
  }
}

}  // namespace

Url::Url(std::string_view path) {
  AppendEncoded(text_, path, true);
}

Url& Url::With(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  text_ += std::exchange(has_query_, true) ? '&' : '?';
  AppendEncoded(text_, name, false);
  text_ += '=';
  AppendEncoded(text_, value, false);
  return *this;
}

Url& Url::At(std::string_view id) {
  text_ += '#';
  AppendEncoded(text_, id, false);
  return *this;
}

void Html::Begin(std::string_view tag, Attributes attributes) {
  text_ += '<';
  text_ += tag;
  for (const Attribute& attribute : attributes) {
    if (!attribute.is_there) continue;
    text_ += ' ';
    text_ += attribute.name;
    if (!attribute.has_value) continue;
    text_ += "=\"";
    text_ += Escaped(attribute.value);
    text_ += '"';
  }
  text_ += '>';
}

Html& Html::Open(TagName tag, Attributes attributes) {
  Begin(tag.text, attributes);
  open_.push_back(tag.text);
  return *this;
}

Html& Html::Close() {
  assert(!open_.empty() && "something is open");
  text_ += "</";
  text_ += open_.back();
  text_ += ">";
  open_.pop_back();
  return *this;
}

Html& Html::Text(std::string_view text) {
  text_ += Escaped(text);
  return *this;
}

Html& Html::Element(TagName tag, Attributes attributes, std::string_view text) {
  return Open(tag, attributes).Text(text).Close();
}

Html& Html::Void(TagName tag, Attributes attributes) {
  Begin(tag.text, attributes);
  return *this;
}

Html& Html::Script(const Url& address) {
  Begin("script", {Attribute::Src(address), {"defer", true}});
  text_ += "</script>";
  return *this;
}

Html& Html::Add(const Html& part) {
  assert(part.open_.empty() && "all of the part is closed");
  text_ += part.text_;
  return *this;
}

std::string Html::Document() const {
  assert(open_.empty() && "all is closed");
  return "<!DOCTYPE html>\n" + text_ + "\n";
}

}  // namespace policyd::http::pages
