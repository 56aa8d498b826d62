#include "policyd/runtime/json.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "policyd/runtime/shown.h"

namespace policyd::runtime {
namespace {

using Document = nlohmann::ordered_json;

Document ToDocument(const Json& json);

struct Converter {
  Document operator()(const auto& scalar) const { return scalar; }
  Document operator()(const std::vector<Json>& elements) const {
    Document array = Document::array();
    for (const Json& element : elements) array.push_back(ToDocument(element));
    return array;
  }
  Document operator()(const std::vector<Json::Member>& members) const {
    Document object = Document::object();
    for (const auto& [key, value] : members) object[key] = ToDocument(value);
    return object;
  }
};

Document ToDocument(const Json& json) {
  return std::visit(Converter{}, json.value());
}

// Far more than our own documents need; the bound keeps a file of brackets from using up the stack.
constexpr int kDeepest = 32;

std::optional<Json> FromDocument(const Document& document, int depth) {
  if (depth > kDeepest) return std::nullopt;
  if (document.is_null()) return Json();
  if (document.is_boolean()) return Json(document.get<bool>());
  if (document.is_number_unsigned()) return Json(document.get<std::uint64_t>());
  if (document.is_number_integer()) return Json(document.get<std::int64_t>());
  if (document.is_number()) return Json(document.get<double>());
  if (document.is_string()) return Json(document.get<std::string>());

  Json json = document.is_array() ? Json::Array() : Json::Object();
  for (const auto& [key, value] : document.items()) {
    auto element = FromDocument(value, depth + 1);
    if (!element) return std::nullopt;
    if (document.is_array()) {
      json.Append(std::move(*element));
    } else {
      json.Add(key, std::move(*element));
    }
  }
  return json;
}

// Characters that would move a cursor or turn the direction of a line stand only within texts, and there it may be
// written as \uXXXX as well.
std::string WithUnsafeEscaped(std::string dumped) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x7f; };
  if (std::all_of(dumped.begin(), dumped.end(), is_ascii)) return dumped;
  std::string safe;
  for (std::string_view rest = dumped; !rest.empty();) {
    const CodePoint first = FirstCodePoint(rest);
    if (!IsUnsafe(first.value)) {
      safe += rest.substr(0, first.size);
    } else if (first.value < 0x10000) {
      safe += fmt::format("\\u{:04x}", first.value);
    } else {
      const std::uint32_t above = first.value - 0x10000;
      safe += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (above >> 10U), 0xdc00 + (above & 0x3ffU));
    }
    rest.remove_prefix(first.size);
  }
  return safe;
}

}  // namespace

std::optional<Json> Json::Parse(std::string_view text) {
  // The library passes over a byte order mark, and takes a NUL for the end of the text.
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark) || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::vector<std::set<std::string, std::less<>>> names;  // of the objects that are open
  bool is_doubled = false;
  const auto look = [&](int, Document::parse_event_t event, Document& parsed) {
    if (event == Document::parse_event_t::object_start) names.emplace_back();
    if (event == Document::parse_event_t::object_end) names.pop_back();
    if (event == Document::parse_event_t::key) is_doubled |= !names.back().insert(parsed.get<std::string>()).second;
    return true;
  };
  const Document document = Document::parse(text, look, false);
  if (document.is_discarded() || is_doubled) return std::nullopt;
  return FromDocument(document, 0);
}

const Json* Json::Find(std::string_view key) const {
  const auto* members = std::get_if<std::vector<Member>>(&value_);
  if (!members) return nullptr;
  for (const auto& [name, value] : *members) {
    if (name == key) return &value;
  }
  return nullptr;
}

Json& Json::Add(std::string key, Json value) {
  auto* members = std::get_if<std::vector<Member>>(&value_);
  assert(members && "only an object has members");
  members->emplace_back(std::move(key), std::move(value));
  return *this;
}

Json& Json::Append(Json value) {
  auto* elements = std::get_if<std::vector<Json>>(&value_);
  assert(elements && "only an array has elements");
  elements->push_back(std::move(value));
  return *this;
}

std::string Json::Dump() const {
  // The default handler throws at the first byte of a PTR name or sender that is not UTF-8.
  return WithUnsafeEscaped(ToDocument(*this).dump(-1, ' ', false, Document::error_handler_t::replace));
}

}  // namespace policyd::runtime
