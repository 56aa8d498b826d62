#include "rules/verdict.h"

namespace rules {

std::optional<seconds> Verdict::delayed() const {
  const bool is_first_pass = action == Action::kPass && triplet && triplet->state == TripletState::kPassed;
  return is_first_pass ? std::optional(triplet->waited) : std::nullopt;
}

Action Verdict::given() const {
  switch (mode) {
    case Mode::kEnforce:
      return action;
    case Mode::kTag:
      return action == Action::kPass ? Action::kPass : Action::kTag;
    case Mode::kMonitor:
      break;
  }
  return Action::kPass;
}

const char* Name(std::optional<ReverseDns> reverse_dns) {
  return reverse_dns ? Name(*reverse_dns) : "not_asked";
}

const char* Name(Reason reason) {
  switch (reason) {
    case Reason::kOwnNetwork:
      return "own_network";
    case Reason::kAuthenticated:
      return "authenticated";
    case Reason::kNoClient:
      return "no_client";
    case Reason::kWhitelist:
      return "whitelist";
    case Reason::kBlocklist:
      return "blocklist";
    case Reason::kAutoWhitelist:
      return "auto_whitelist";
    case Reason::kKnownTriplet:
      return "known_triplet";
    case Reason::kClean:
      return "clean";
    case Reason::kNoPtr:
      return "no_ptr";
    case Reason::kNoForward:
      return "no_forward";
    case Reason::kMismatch:
      return "mismatch";
    case Reason::kUnavailableName:
      return "unavailable_name";
    case Reason::kDynamicName:
      return "dynamic_name";
    case Reason::kCloudName:
      return "cloud_name";
    case Reason::kDnsbl:
      return "dnsbl";
    case Reason::kNameList:
      return "name_list";
    case Reason::kHelo:
      return "helo";
    case Reason::kTable:
      return "table";
    case Reason::kNotJudged:
      return "not_judged";
    case Reason::kFailOpen:
      return "fail_open";
    case Reason::kReputation:
      return "reputation";
    case Reason::kSpf:
      return "spf";
    case Reason::kOutbound:
      return "outbound";
    case Reason::kOutboundLimit:
      return "outbound_limit";
    case Reason::kOutboundConduct:
      return "outbound_conduct";
    case Reason::kOutboundLocked:
      return "outbound_locked";
    case Reason::kForeignSender:
      return "foreign_sender";
  }
  return "";
}

}  // namespace rules
