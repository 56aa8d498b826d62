// Holds the questions of DNS until the test answers them.
#pragma once

#include <vector>

#include "policyd/dns/dns.h"

namespace support {

class HeldDns final : public policyd::dns::Dns {
 public:
  struct Held {
    rules::DnsQuestion question;
    policyd::dns::QuestionClass question_class;
    policyd::dns::ClientNetwork network;
    Callback callback;
  };

  void Ask(const rules::DnsQuestion& question, const policyd::dns::QuestionShare& share,
           policyd::runtime::Deadline /*deadline*/, Callback callback) override {
    held.push_back({question, share.question_class, share.network, std::move(callback)});
  }
  bool servers_are_down() const override { return false; }

  std::vector<Held> held;
};

}  // namespace support
