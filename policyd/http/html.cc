#include "policyd/http/html.h"

#include <algorithm>
#include <array>

#include "policyd/runtime/shown.h"

namespace policyd::http {
namespace {

bool IsAddress(std::string_view attribute) {
  return attribute == "href" || attribute == "src" || attribute == "action";
}

// javascript: and data: are not; nor is //host, which leads elsewhere though it begins as a path.
bool IsSafeAddress(std::string_view address) {
  constexpr std::array<std::string_view, 3> kSchemes{"https://", "http://", "mailto:"};
  const auto begins = [address](std::string_view scheme) { return address.starts_with(scheme); };
  if (std::ranges::any_of(kSchemes, begins)) return true;
  if (address.starts_with("./") || address.starts_with("../")) return true;
  if (address.starts_with('/')) return !address.starts_with("//") && !address.starts_with("/\\");
  return address.starts_with('?') || address.starts_with('#');
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

Html& Html::operator+=(const Html& part) {
  html_ += part.html_;
  return *this;
}

Html Markup(Literal markup) {
  return Html(std::string(markup.text()));
}

Html Text(std::string_view text) {
  return Html(Escaped(text));
}

Html Foreign(std::string_view text) {
  return Markup("<bdi>") + Text(text) + Markup("</bdi>");
}

Html Tag(Literal name, Attributes attributes) {
  Html tag = Markup("<") + Markup(name);
  for (const auto& [attribute, value] : attributes) {
    if (IsAddress(attribute.text()) && !IsSafeAddress(value)) continue;
    tag += Markup(" ") + Markup(attribute) + Markup("=\"") + Text(value) + Markup("\"");
  }
  return tag + Markup(">");
}

Html Element(Literal name, Attributes attributes, const Html& content) {
  return Tag(name, attributes) + content + Markup("</") + Markup(name) + Markup(">");
}

Html Filled(Literal sentence, const std::vector<Filling>& fillings) {
  Html filled;
  std::string_view left = sentence.text();
  while (!left.empty()) {
    const std::size_t open = std::min(left.find('{'), left.size());
    const std::size_t close = left.find('}', open);
    filled += Html(std::string(left.substr(0, open)));
    if (close == std::string_view::npos) break;
    const std::string_view name = left.substr(open + 1, close - open - 1);
    for (const auto& [placeholder, html] : fillings) {
      if (placeholder == name) filled += html;
    }
    left.remove_prefix(close + 1);
  }
  return filled;
}

}  // namespace policyd::http
