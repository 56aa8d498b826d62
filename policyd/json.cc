#include "policyd/json.h"

#include <cassert>

#include <nlohmann/json.hpp>

namespace policyd {
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

}  // namespace

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
  return ToDocument(*this).dump(-1, ' ', false, Document::error_handler_t::replace);
}

}  // namespace policyd
