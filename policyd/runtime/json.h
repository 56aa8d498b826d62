// JSON documents as the command line tool and the pages print them: built as values, printed once; and read back.
//
//     Json::Object().Add("client", "192.0.2.1").Add("points", 3.5).Add("signals", Json::Array().Append("no_ptr"))
//
// Members keep the order in which they were added.  What came from outside may hold any bytes: those that are not UTF-8
// are printed as U+FFFD, nothing fails.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace policyd::runtime {

class Json {
 public:
  using Member = std::pair<std::string, Json>;
  using Value = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, std::vector<Json>,
                             std::vector<Member>>;

  Json() = default;  // null
  Json(bool value) : value_(value) {}
  Json(std::signed_integral auto value) : value_(std::int64_t{value}) {}
  Json(std::unsigned_integral auto value) : value_(std::uint64_t{value}) {}
  Json(double value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}

  // Reads one document, and nothing before or behind it but blanks; nothing where the text is none, is nested deeper
  // than anything that we print, or has a member twice in one object: two readers might each see another of them.
  static std::optional<Json> Parse(std::string_view text);

  static Json Object() { return Json(Value(std::vector<Member>())); }
  static Json Array() { return Json(Value(std::vector<Json>())); }

  // REQUIRES: made by Object(); the key is new.
  Json& Add(std::string key, Json value);
  // REQUIRES: made by Array().
  Json& Append(Json value);

  // One line without a line end.
  std::string Dump() const;

  const Value& value() const { return value_; }
  // The member of this name, or null where this is no object or has none.
  const Json* Find(std::string_view key) const;

 private:
  explicit Json(Value value) : value_(std::move(value)) {}

  Value value_ = nullptr;
};

}  // namespace policyd::runtime
