#include "rules/request.h"

#include <array>
#include <utility>

#include "rules/dns_name.h"

namespace rules {
namespace {

using TextField = std::string Request::*;

constexpr std::array<std::pair<std::string_view, ProtocolState>, 9> kStates{{
    {"CONNECT", ProtocolState::kConnect},
    {"EHLO", ProtocolState::kEhlo},
    {"HELO", ProtocolState::kHelo},
    {"MAIL", ProtocolState::kMail},
    {"RCPT", ProtocolState::kRcpt},
    {"DATA", ProtocolState::kData},
    {"END-OF-MESSAGE", ProtocolState::kEndOfMessage},
    {"VRFY", ProtocolState::kVrfy},
    {"ETRN", ProtocolState::kEtrn},
}};

constexpr std::array<std::pair<std::string_view, TextField>, 7> kTexts{{
    {"client_name", &Request::client_name},
    {"helo_name", &Request::helo_name},
    {"sender", &Request::sender},
    {"recipient", &Request::recipient},
    {"sasl_username", &Request::sasl_username},
    {"instance", &Request::instance},
    {"queue_id", &Request::queue_id},
}};

ProtocolState ParseState(std::string_view text) {
  for (const auto& [name, state] : kStates) {
    if (name == text) return state;
  }
  return ProtocolState::kOther;
}

// Postfix sends "unknown", and an IPv6 literal may carry its zone: fe80::1%eth0.
std::optional<IpAddress> ParseClient(std::string_view text) {
  return IpAddress::Parse(text.substr(0, text.find('%')));
}

// Postfix sends none; people who ask by hand do.
std::string_view WithoutBrackets(std::string_view address) {
  if (address.size() < 2 || !address.starts_with('<') || !address.ends_with('>')) return address;
  return address.substr(1, address.size() - 2);
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
  for (const Attribute& attribute : attributes) {
    if (attribute.name == "protocol_state") {
      request.state = ParseState(attribute.value);
    } else if (attribute.name == "client_address") {
      request.client = ParseClient(attribute.value);
    } else {
      // Never cut: half a sender's domain may be somebody else's domain.  The reader of the protocol bounds the line.
      for (const auto& [name, field] : kTexts) {
        if (name == attribute.name) request.*field = attribute.value;
      }
    }
  }
  request.sender = std::string(WithoutBrackets(request.sender));
  request.recipient = std::string(WithoutBrackets(request.recipient));
  return request;
}

}  // namespace rules
