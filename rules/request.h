// Holds one policy request of Postfix: the attributes we use, typed and bounded. Source: Postfix SMTPD_POLICY_README;
// unknown attributes are ignored, of duplicates the last counts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rules/values/ip_address.h"

namespace rules {

enum class ProtocolState : std::uint8_t {
  kConnect,
  kEhlo,
  kHelo,
  kMail,
  kRcpt,
  kData,
  kEndOfMessage,
  kVrfy,
  kEtrn,
  kOther,
};

// "RCPT" and so on; "other" for kOther.
const char* Name(ProtocolState state);

struct Attribute {
  std::string_view name;
  std::string_view value;
};

struct Request {
  ProtocolState state = ProtocolState::kOther;
  std::optional<IpAddress> client;  // nothing where Postfix does not know it ("unknown"); behind NAT64 the IPv4 address
  std::string client_name;          // what Postfix believes; shown, never trusted
  std::string helo_name;
  std::string sender;     // without <>, its domain with A-labels; empty for the null sender
  std::string recipient;  // empty at DATA with several recipients
  std::string sasl_username;
  std::string instance;  // the same for all recipients of one message
  std::string queue_id;
  std::uint32_t recipient_count = 0;  // DATA and END-OF-MESSAGE: those that were accepted; at RCPT Postfix says 0
  bool is_submission = false;         // policy_context = submission

  bool has_null_sender() const { return sender.empty(); }

  bool operator==(const Request&) const = default;
};

// Never fails: what cannot be used reads as absent.
Request ParseRequest(std::span<const Attribute> attributes);
// The same in place of another request: nothing of it stays but the memory of its texts.  REQUIRES: no attribute points
// into it.
void ParseRequest(std::span<const Attribute> attributes, Request& request);

}  // namespace rules
