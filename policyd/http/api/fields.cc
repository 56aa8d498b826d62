#include "policyd/http/api/fields.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "policyd/runtime/shown.h"
#include "rules/values/ascii.h"

namespace policyd::http {
namespace {

using admin::Error;
using Kind = Field::Kind;

constexpr std::size_t kMostShown = 100;  // of a value that is wrong

Error Wrong(std::string message) {
  return {.kind = Error::Kind::kBadInput, .message = std::move(message)};
}

std::string Quoted(std::string_view text) {
  return '"' + runtime::Shown(text.substr(0, kMostShown)) + (text.size() > kMostShown ? "...\"" : "\"");
}

const Field* Find(const std::vector<Field>& known, std::string_view name) {
  const auto found = std::find_if(known.begin(), known.end(), [name](const Field& one) { return one.name == name; });
  return found == known.end() ? nullptr : &*found;
}

Error Unknown(std::string_view name, const std::vector<Field>& known) {
  std::vector<std::string> names;
  for (const Field& field : known) names.emplace_back(field.name);
  const std::string expected = names.empty() ? "none is expected" : "expected are " + rules::Joined(names);
  return Wrong("unknown field " + Quoted(name) + ": " + expected);
}

const char* TypeOf(Kind kind) {
  switch (kind) {
    case Kind::kText:
      return "a text";
    case Kind::kFlag:
      return "true or false";
    case Kind::kCount:
      return "a whole number";
  }
  return "";
}

Error Mismatch(const Field& field, std::string_view got) {
  return Wrong(std::string(field.name) + ": expected " + TypeOf(field.kind) + ", got " + Quoted(got));
}

std::optional<std::uint64_t> NumberIn(Kind kind, std::string_view text) {
  if (kind == Kind::kFlag)
    return text == "true" ? std::optional(1U) : text == "false" ? std::optional(0U) : std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

admin::Status Fields::AddQuery(const Field& field, const std::string& text) {
  const std::string name(field.name);
  if (texts_.contains(name) || numbers_.contains(name)) return Wrong(name + ": expected once, got twice");
  if (field.kind == Kind::kText) {
    texts_.emplace(name, text);
    return rules::Done{};
  }
  const auto number = NumberIn(field.kind, text);
  if (!number) return Mismatch(field, text);
  numbers_.emplace(name, *number);
  return rules::Done{};
}

admin::Status Fields::AddMember(const Field& field, const runtime::Json& value) {
  const std::string name(field.name);
  if (std::holds_alternative<std::nullptr_t>(value.value())) return rules::Done{};
  if (const auto* text = std::get_if<std::string>(&value.value()); text && field.kind == Kind::kText) {
    texts_.emplace(name, *text);
  } else if (const auto* flag = std::get_if<bool>(&value.value()); flag && field.kind == Kind::kFlag) {
    numbers_.emplace(name, *flag ? 1 : 0);
  } else if (const auto* count = std::get_if<std::uint64_t>(&value.value()); count && field.kind == Kind::kCount) {
    numbers_.emplace(name, *count);
  } else {
    return Mismatch(field, value.Dump());
  }
  return rules::Done{};
}

admin::Result<Fields> Fields::OfQuery(const HttpRequest& request, const std::vector<Field>& known) {
  Fields fields;
  for (const auto& [name, value] : request.query) {
    const Field* field = Find(known, name);
    if (!field) return Unknown(name, known);
    if (const auto added = fields.AddQuery(*field, value); !added) return added.error();
  }
  return fields;
}

admin::Result<Fields> Fields::OfBody(const HttpRequest& request, const std::vector<Field>& known) {
  if (!request.query.empty()) return Unknown(request.query.front().first, {});
  Fields fields;
  if (rules::WithoutBlanks(request.body).empty()) return fields;
  const auto json = runtime::Json::Parse(request.body);
  const auto* members = json ? std::get_if<std::vector<runtime::Json::Member>>(&json->value()) : nullptr;
  if (!members) return Wrong("expected one JSON object in UTF-8 as the body, with no member twice");
  for (const auto& [name, value] : *members) {
    const Field* field = Find(known, name);
    if (!field) return Unknown(name, known);
    if (const auto added = fields.AddMember(*field, value); !added) return added.error();
  }
  return fields;
}

std::optional<std::string> Fields::Given(std::string_view name) const {
  const auto found = texts_.find(name);
  return found == texts_.end() ? std::nullopt : std::optional(found->second);
}

std::string Fields::Text(std::string_view name) const {
  return Given(name).value_or("");
}

bool Fields::Flag(std::string_view name) const {
  return Count(name, 0) == 1;
}

std::uint64_t Fields::Count(std::string_view name, std::uint64_t otherwise) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? otherwise : found->second;
}

HttpResponse JsonResponse(const runtime::Json& json, unsigned status) {
  return {.status = status, .content_type = "application/json", .body = json.Dump() + "\n"};
}

HttpResponse ErrorOf(const HttpRequest& request, const admin::Error& error) {
  HttpResponse response = ErrorResponse(request.path, StatusOf(error.kind), TextOf(error));
  if (response.status == 503) response.headers.emplace_back("Retry-After", "5");
  return response;
}

}  // namespace policyd::http
