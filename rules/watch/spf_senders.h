// Finds the addresses that a domain's SPF record lets send, each by itself and not as one of a network: most likely
// those that our own mail leaves by.  Pure.
#pragma once

#include <string>
#include <vector>

#include "rules/question.h"
#include "rules/values/ip_address.h"
#include "rules/watch/watch.h"

namespace rules {

struct SpfSender {
  IpAddress address;
  std::string term;    // "ip4:192.0.2.1", "mx", as written: a stranger's where the domain is one
  std::string domain;  // in whose record it stands

  bool operator==(const SpfSender&) const = default;
};

struct SpfSenders {
  std::vector<SpfSender> senders;  // of what is known; an address once a term, at most kMostSpfSenders
  std::vector<DnsQuestion> open;   // each once
};

inline constexpr std::size_t kMostSpfSenders = 64;  // as many as can be watched

// What the record includes is looked at where it is of the domain itself or below: others send for themselves.
SpfSenders FindSpfSenders(const std::string& domain, const WatchAnswers& answers);

}  // namespace rules
