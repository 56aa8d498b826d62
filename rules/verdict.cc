#include "rules/verdict.h"

#include <array>
#include <cstddef>

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
  // In the order of the reasons.
  static constexpr std::array kNames{"own_network",
                                     "authenticated",
                                     "no_client",
                                     "whitelist",
                                     "blocklist",
                                     "auto_whitelist",
                                     "known_triplet",
                                     "clean",
                                     "no_ptr",
                                     "no_forward",
                                     "mismatch",
                                     "unavailable_name",
                                     "dynamic_name",
                                     "cloud_name",
                                     "dnsbl",
                                     "name_list",
                                     "helo",
                                     "table",
                                     "not_judged",
                                     "fail_open",
                                     "reputation",
                                     "spf",
                                     "outbound",
                                     "outbound_limit",
                                     "outbound_conduct",
                                     "outbound_locked",
                                     "foreign_sender",
                                     "known_correspondent"};
  static_assert(kNames.size() == static_cast<std::size_t>(kLastReason) + 1);
  return kNames[static_cast<std::size_t>(reason)];
}

}  // namespace rules
