// The checks at the end of setup: does the resolver answer, is the own name right, does Postfix ask us?
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "policyd/config/config.h"
#include "policyd/dns/wire/dns_reply.h"
#include "rules/question.h"

namespace policyd::admin {

struct SetupCheck {
  bool is_well = false;
  std::string text;
};

// The answer to one question; a status that is no answer where nobody answers.
using AskDns = std::function<dns::DnsReply(const rules::DnsQuestion&)>;

// A resolver of these settings, asked with its own time-outs.
AskDns ResolverOf(const config::DnsSettings& settings);

// Any answer about a name that every resolver knows, or knows that it is not there.
bool Answers(const AskDns& ask);

SetupCheck CheckResolver(const AskDns& ask, const std::vector<config::Endpoint>& servers);
// The addresses of the name by which Postfix calls itself, and the names of those.
std::vector<SetupCheck> CheckOwnName(const AskDns& ask, const std::string& hostname);

}  // namespace policyd::admin
