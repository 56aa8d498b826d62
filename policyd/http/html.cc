#include "policyd/http/html.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "policyd/runtime/shown.h"

namespace policyd::http {
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

bool LeadsElsewhere(std::string_view address) {
  constexpr std::array<std::string_view, 3> kSchemes{"https://", "http://", "mailto:"};
  return std::ranges::any_of(kSchemes, [address](std::string_view scheme) { return address.starts_with(scheme); });
}

}  // namespace

std::string Escaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : runtime::Shown(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

Url::Url(std::string_view path) {
  AppendEncoded(text_, path, true);
}

Url Url::Elsewhere(std::string_view address) {
  Url url;
  if (LeadsElsewhere(address)) url.text_ = address;
  return url;
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

Html& Html::Foreign(std::string_view text) {
  return Element("bdi", {}, text);
}

Html& Html::Element(TagName tag, Attributes attributes, const Html& content) {
  return Open(tag, attributes).Add(content).Close();
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

Html Filled(std::string_view sentence, const std::vector<Filling>& fillings) {
  Html filled;
  bool is_code = false;
  for (std::string_view left = sentence; !left.empty();) {
    const std::size_t sign = std::min(left.find_first_of("{`"), left.size());
    filled.Text(left.substr(0, sign));
    if (sign == left.size()) break;
    std::size_t end = sign;
    if (left[sign] == '`') {
      is_code ? filled.Close() : filled.Open("code");
      is_code = !is_code;
    } else {
      end = std::min(left.find('}', sign), left.size() - 1);
      const std::string_view place = left.substr(sign + 1, end - sign - 1);
      for (const Filling& filling : fillings) {
        if (filling.place == place) filled.Add(filling.html);
      }
    }
    left.remove_prefix(end + 1);
  }
  if (is_code) filled.Close();
  return filled;
}

}  // namespace policyd::http
