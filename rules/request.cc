#include "rules/request.h"

#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "rules/values/mail_address.h"
#include "rules/values/nat64.h"

namespace rules {
namespace {

using TextField = std::string Request::*;

constexpr std::string_view kSubmission = "submission";  // smtpd_policy_service_policy_context (Postfix 3.1)

// RCPT first: nearly every request is of that state.
constexpr std::array<std::pair<std::string_view, ProtocolState>, 9> kStates{{
    {"RCPT", ProtocolState::kRcpt},
    {"CONNECT", ProtocolState::kConnect},
    {"EHLO", ProtocolState::kEhlo},
    {"HELO", ProtocolState::kHelo},
    {"MAIL", ProtocolState::kMail},
    {"DATA", ProtocolState::kData},
    {"END-OF-MESSAGE", ProtocolState::kEndOfMessage},
    {"VRFY", ProtocolState::kVrfy},
    {"ETRN", ProtocolState::kEtrn},
}};

// Null for an attribute that we do not read: most of them, and the length alone tells.
TextField FieldNamed(std::string_view name) {
  switch (name.size()) {
    case 6:
      return name == "sender" ? &Request::sender : nullptr;
    case 8:
      return name == "instance" ? &Request::instance : name == "queue_id" ? &Request::queue_id : nullptr;
    case 9:
      return name == "recipient" ? &Request::recipient : name == "helo_name" ? &Request::helo_name : nullptr;
    case 11:
      return name == "client_name" ? &Request::client_name : nullptr;
    case 13:
      return name == "sasl_username" ? &Request::sasl_username : nullptr;
    default:
      return nullptr;
  }
}

ProtocolState ParseState(std::string_view text) {
  for (const auto& [name, state] : kStates) {
    if (name == text) return state;
  }
  return ProtocolState::kOther;
}

// Postfix sends "unknown", and an IPv6 literal may carry its zone: fe80::1%eth0.
std::optional<IpAddress> ParseClient(std::string_view text) {
  auto client = IpAddress::Parse(text);
  const std::size_t zone = client ? std::string_view::npos : text.find('%');
  if (zone != std::string_view::npos) client = IpAddress::Parse(text.substr(0, zone));
  return client ? std::optional(WithoutNat64(*client, {})) : std::nullopt;
}

// What is no number, or a larger one than Postfix can mean, reads as 0.
std::uint32_t ParseCount(std::string_view text) {
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() ? count : 0;
}

void Clear(Request& request) {
  request.state = ProtocolState::kOther;
  request.client.reset();
  request.client_name.clear();
  request.helo_name.clear();
  request.sender.clear();
  request.recipient.clear();
  request.sasl_username.clear();
  request.instance.clear();
  request.queue_id.clear();
  request.recipient_count = 0;
  request.is_submission = false;
}

// Postfix sends none; people who ask by hand do.
void TakeBracketsOff(std::string& address) {
  if (!address.starts_with('<') || !address.ends_with('>')) return;
  address.pop_back();
  address.erase(0, 1);
}

}  // namespace

const char* Name(ProtocolState state) {
  for (const auto& [name, known] : kStates) {
    if (known == state) return name.data();  // a literal, so it ends in NUL
  }
  return "other";
}

Request ParseRequest(std::span<const Attribute> attributes) {
  Request request;
  ParseRequest(attributes, request);
  return request;
}

// Values are never cut: half of a sender's domain may be another domain.  ProtocolReader bounds their length.
void ParseRequest(std::span<const Attribute> attributes, Request& request) {
  Clear(request);
  for (const auto& [name, value] : attributes) {
    if (const TextField field = FieldNamed(name)) {
      (request.*field).assign(value);
    } else if (name == "protocol_state") {
      request.state = ParseState(value);
    } else if (name == "client_address") {
      request.client = ParseClient(value);
    } else if (name == "recipient_count") {
      request.recipient_count = ParseCount(value);
    } else if (name == "policy_context") {
      request.is_submission = value == kSubmission;
    }
  }
  for (std::string* const address : {&request.sender, &request.recipient}) {
    TakeBracketsOff(*address);
    UseALabels(*address);
  }
}

}  // namespace rules
