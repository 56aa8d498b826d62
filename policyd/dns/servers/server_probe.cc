#include "policyd/dns/servers/server_probe.h"

#include <optional>
#include <utility>

#include "policyd/dns/wire/dns_query.h"
#include "policyd/dns/wire/dns_reply.h"

namespace policyd::dns {
namespace {

// The answers of a server that resolves; SERVFAIL, REFUSED and the rest mean that it does not, or not for us.
bool Proves(int rcode) {
  constexpr int kNoError = 0, kNxDomain = 3;
  return rcode == kNoError || rcode == kNxDomain;
}

ProbeQuestion OtherThan(ProbeQuestion question) {
  return question == ProbeQuestion::kRoot ? ProbeQuestion::kReverseTree : ProbeQuestion::kRoot;
}

}  // namespace

ServerProbe::ServerProbe(const MakeLink& make_link, std::chrono::milliseconds timeout, Events events)
    : health_(timeout),
      timeout_(timeout),
      events_(std::move(events)),
      link_(make_link([this](std::span<const NameServer::Result> results) {
        const runtime::Deadline now = std::chrono::steady_clock::now();
        for (const NameServer::Result& result : results) OnResult(result, now);
      })) {}

void ServerProbe::SetTimeout(std::chrono::milliseconds timeout, std::chrono::milliseconds patience) {
  timeout_ = timeout;
  health_.SetTimeout(timeout);
  link_->SetPatience(patience);
}

void ServerProbe::Doubt(runtime::Deadline sent, runtime::Deadline now) {
  health_.Doubt(sent);
  SendIfDue(now);
}

void ServerProbe::Answered(runtime::Deadline now, bool proves) {
  if (proves && events_.proven) events_.proven(now);
  ChangeHealth([now, proves](ServerHealth& health) { health.Answered(now, proves); });
}

void ServerProbe::Tick(runtime::Deadline now) {
  link_->Tick();
  if (health_.is_probe_open() && now - sent_ >= timeout_) RunOut();
  SendIfDue(now);
}

// A late answer counts, too.
void ServerProbe::OnResult(const NameServer::Result& result, runtime::Deadline now) {
  const bool is_of_last = result.attempt == last_number_ && health_.is_probe_open();
  if (result.outcome != NameServer::Result::Outcome::kReply) {
    if (is_of_last) RunOut();
    return;
  }
  const std::optional<int> rcode = ParseProbeReply(result.message, question_);
  if (!rcode) return;  // forged or malformed: wait for the right one
  OnReply(*rcode, is_of_last, now);
}

void ServerProbe::OnReply(int rcode, bool is_of_last, runtime::Deadline now) {
  const bool proves = Proves(rcode);
  if (!is_of_last) return Answered(now, proves);
  if (!proves && !std::exchange(was_refused_, true)) return Send(OtherThan(question_));
  if (proves && events_.proven) events_.proven(now);
  ChangeHealth([&](ServerHealth& health) { health.ProbeAnswered(now, proves); });
  events_.ended();
}

void ServerProbe::SendIfDue(runtime::Deadline now) {
  if (!health_.is_probe_due(now)) return;
  health_.ProbeSent(now);
  sent_ = now;
  was_refused_ = false;
  Send(question_);
}

void ServerProbe::Send(ProbeQuestion question) {
  question_ = question;
  const auto random = random_.Take(2);
  const QueryOptions options{.id = static_cast<std::uint16_t>(random[0] << 8U | random[1]),
                             .edns = link_->speaks_edns()};
  link_->Send(++last_number_, BuildProbe(question, options));
}

void ServerProbe::RunOut() {
  ChangeHealth([](ServerHealth& health) { health.ProbeUnanswered(); });
  events_.ended();
}

template <class Change>
void ServerProbe::ChangeHealth(const Change& change) {
  const bool was_down = health_.is_down();
  change(health_);
  if (health_.is_down() != was_down) events_.changed(health_.is_down());
}

}  // namespace policyd::dns
