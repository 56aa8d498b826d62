// What a request of the API says, and how it is answered.  Pure.
//
// Fields come in the query, or as the members of one JSON object in the body.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policyd/admin/error.h"
#include "policyd/http/exchange.h"
#include "policyd/runtime/json.h"

namespace policyd::http {

// A field that a route knows.
struct Field {
  std::string_view name;
  enum class Kind : std::uint8_t { kText, kFlag, kCount } kind = Kind::kText;
};

class Fields {
 public:
  // The query: each field once at most, flags are true or false, nothing that is not known.
  static admin::Result<Fields> OfQuery(const HttpRequest& request, const std::vector<Field>& known);
  // The body, which may be empty: one object, no member twice, each of its type or null, nothing that is not known.
  static admin::Result<Fields> OfBody(const HttpRequest& request, const std::vector<Field>& known);

  // Nothing, empty, false or `otherwise` where it is not there.  REQUIRES: the field is known, and of this kind.
  std::optional<std::string> Given(std::string_view name) const;
  std::string Text(std::string_view name) const;
  bool Flag(std::string_view name) const;
  std::uint64_t Count(std::string_view name, std::uint64_t otherwise) const;

 private:
  admin::Status AddQuery(const Field& field, const std::string& text);
  admin::Status AddMember(const Field& field, const runtime::Json& value);

  std::map<std::string, std::string, std::less<>> texts_;
  std::map<std::string, std::uint64_t, std::less<>> numbers_;  // of flags, too
};

HttpResponse JsonResponse(const runtime::Json& json, unsigned status = 200);

// The status of the error, and its text.
HttpResponse ErrorOf(const HttpRequest& request, const admin::Error& error);

}  // namespace policyd::http
