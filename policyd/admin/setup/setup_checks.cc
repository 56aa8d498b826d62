#include "policyd/admin/setup/setup_checks.h"

#include <algorithm>

#include "policyd/dns/resolver.h"
#include "policyd/runtime/uv_handle.h"

namespace policyd::admin {
namespace {

using Status = dns::DnsReply::Status;
using rules::RecordType;

bool IsAnswer(const dns::DnsReply& reply) {
  return reply.status == Status::kPresent || reply.status == Status::kAbsent;
}

SetupCheck CheckNameOf(const AskDns& ask, const rules::IpAddress& address, const std::string& hostname) {
  const dns::DnsReply reply = ask({.name = address.ArpaName(), .type = RecordType::kPtr});
  const std::string who = address.ToString();
  if (!IsAnswer(reply)) return {false, "the reverse zone of " + who + " does not answer"};
  if (reply.names.empty()) {
    return {false, who + " has no PTR record: other servers refuse mail from it; its owner (the provider) makes one"};
  }
  if (std::find(reply.names.begin(), reply.names.end(), hostname) != reply.names.end()) {
    return {true, who + " is " + hostname + ", both ways"};
  }
  return {false, "the PTR record of " + who + " says " + reply.names.front() + ", Postfix says " + hostname +
                     " (myhostname): let the provider write that, or say the other in main.cf"};
}

}  // namespace

AskDns ResolverOf(const config::DnsSettings& settings) {
  return [settings](const rules::DnsQuestion& question) {
    runtime::Loop loop;
    dns::DnsReply reply;
    bool is_over = false;
    dns::Resolver resolver(loop.get(), settings, {});
    const auto deadline = std::chrono::steady_clock::now() + settings.timeout * (settings.tries + 1);
    resolver.Ask(question, dns::QuestionClass::kReverse, deadline, [&reply, &is_over](const dns::Answer& answer) {
      reply = answer.reply;
      is_over = true;
    });
    while (!is_over) uv_run(loop.get(), UV_RUN_ONCE);
    return reply;
  };
}

bool Answers(const AskDns& ask) {
  return IsAnswer(ask({.name = "1.0.0.127.in-addr.arpa", .type = RecordType::kPtr}));
}

SetupCheck CheckResolver(const AskDns& ask, const std::vector<config::Endpoint>& servers) {
  std::string shown;
  bool is_here = true;
  for (const config::Endpoint& server : servers) {
    shown += (shown.empty() ? "" : ", ") + server.host;
    is_here &= server.is_loopback();
  }
  if (!Answers(ask)) return {false, "no resolver answers (" + shown + "): every client passes"};
  if (is_here) return {true, "the resolver answers (" + shown + ")"};
  return {false, "the resolver (" + shown +
                     ") is not on this machine: block lists refuse resolvers that ask for many; apt install unbound, "
                     "then run this again"};
}

std::vector<SetupCheck> CheckOwnName(const AskDns& ask, const std::string& hostname) {
  std::vector<SetupCheck> checks;
  bool is_answered = false;
  for (const RecordType type : {RecordType::kA, RecordType::kAaaa}) {
    const dns::DnsReply reply = ask({.name = hostname, .type = type});
    is_answered |= IsAnswer(reply);
    for (const rules::IpAddress& address : reply.addresses) checks.push_back(CheckNameOf(ask, address, hostname));
  }
  if (checks.empty()) {
    checks.push_back({false, is_answered
                                 ? hostname + " (myhostname) has no address in DNS: other servers refuse such a HELO"
                                 : hostname + " (myhostname): DNS does not answer"});
  }
  return checks;
}

}  // namespace policyd::admin
