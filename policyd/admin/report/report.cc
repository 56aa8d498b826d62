#include "policyd/admin/report/report.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <variant>

#include "policyd/admin/report/report_subject.h"
#include "policyd/admin/stores/warm_up.h"
#include "policyd/admin/unblock/pasted_text.h"
#include "policyd/dns/resolver.h"
#include "policyd/runtime/loop_queue.h"
#include "rules/evaluate.h"
#include "rules/explanation.h"
#include "rules/values/ascii.h"

namespace policyd::admin {
namespace {

constexpr std::size_t kMostAddresses = 4;
constexpr std::chrono::milliseconds kDecisionTime{700};  // what it needs is known

// What a report rests on besides DNS.
struct Ground {
  const config::Config& config;
  rules::Health health;  // by which lists are asked
  const ReportSubject& subject;
  rules::TimePoint now;
};

// What the decision needs to know of the client.
rules::Facts LookForDecision(Draft& draft, const Ground& ground, const rules::IpAddress& client) {
  draft.Begin(ReportSection::kNow);
  rules::Facts facts;
  for (bool has_learnt = true; has_learnt;) {
    has_learnt = false;
    for (const rules::Question& question : rules::Assess(*ground.config.policy, ground.health, client, facts).open) {
      const rules::DnsQuestion asked = rules::ToDns(question, client);
      const Seen seen = draft.Look(asked.name, asked.type);
      if (seen.is_open() || seen.state == Seen::State::kNotAsked) continue;
      has_learnt |= facts.Add(question, seen.ToFact(question, ground.config.dns.lifetime, ground.now));
    }
  }
  return facts;
}

// The addresses that stand for the subject, where it is a host or a client.
struct Written {
  rules::Addresses addresses{};
  AddressNames names{};
  bool is_settled = true;  // whom the rest is about
};

// A name without MX that has addresses is a host; its mail records are those of the domain that was registered.
rules::Addresses HostAddresses(Draft& draft, const Ground& ground, ReportAbout& about) {
  draft.Begin(ReportSection::kClient);
  if (!ground.subject.is_name || about.client) return {};
  const std::string name = about.domain;
  const std::string registered = ground.config.policy->suffixes->RegisteredDomain(name);
  if (registered.empty() || registered == name || !draft.Look(name, rules::RecordType::kMx).is_missing()) return {};
  const AddressesOf found = LookAddresses(draft, name);
  if (found.addresses.empty()) return {};
  about.domain = registered;
  if (!about.sender) about.spf_domain = registered;
  if (!about.helo) about.helo = name;
  draft.Add(LineState::kFine, "report.client.host",
            {{"name", name}, {"addresses", Joined(found.addresses)}, {"domain", registered}});
  for (const std::string& alias : found.aliases) {
    draft.Add(LineState::kFine, "report.alias", {{"name", name}, {"alias", alias}}, 1);
  }
  rules::Addresses addresses = found.addresses;
  addresses.resize(std::min(addresses.size(), kMostAddresses));
  return addresses;
}

Written WriteClient(Draft& draft, const Ground& ground, ReportAbout& about) {
  const std::size_t open_before = draft.open().size();
  Written written{.addresses = HostAddresses(draft, ground, about)};
  written.is_settled = draft.open().size() == open_before;
  const int depth = written.addresses.empty() ? 0 : 1;
  if (about.client) written.addresses = {*about.client};
  for (const rules::IpAddress& address : written.addresses) {
    AddressNames names = WriteAddress(draft, address, depth, false);
    if (written.names.confirmed.empty()) written.names.confirmed = std::move(names.confirmed);
    written.names.is_open |= names.is_open;
  }
  if (!about.client && !written.addresses.empty()) about.client = written.addresses.front();
  if (about.domain.empty() && written.names.is_open) written.is_settled = false;
  if (about.domain.empty() && !written.names.confirmed.empty()) {
    about.domain = ground.config.policy->suffixes->RegisteredDomain(written.names.confirmed);
    if (!about.sender) about.spf_domain = about.domain;
  }
  return written;
}

void WriteDomain(Draft& draft, const std::string& domain) {
  WriteDmarc(draft, domain);
  WriteMailHosts(draft, domain);
  WriteMtaSts(draft, domain);
  WriteTlsReports(draft, domain);
  WriteDane(draft, domain);
  WriteBimi(draft, domain);
}

// Lists are asked about the client; of a domain about the hosts that take its mail.
void WriteListsOf(Draft& draft, const Ground& ground, const ReportAbout& about, const Written& written) {
  draft.Begin(ReportSection::kLists);
  rules::Addresses addresses = written.addresses;
  if (addresses.empty() && !about.domain.empty()) {
    for (const std::string& host : LookMailHosts(draft, about.domain).names) {
      for (const rules::IpAddress& address : LookAddresses(draft, host).addresses) {
        if (address.is_public() && addresses.size() < kMostAddresses) AddOnce(addresses, address);
      }
    }
  }
  std::vector<std::string> names;
  for (const std::string& name : {about.domain, about.spf_domain, written.names.confirmed}) {
    if (!name.empty()) AddOnce(names, name);
  }
  WriteLists(draft, {*ground.config.policy, ground.health}, addresses, names);
}

// Everything, from what is known so far.  Returns the facts of the client that the decision rests on.
rules::Facts WriteAll(Draft& draft, const Ground& ground, ReportAbout& about) {
  const Written written = WriteClient(draft, ground, about);
  // What is asked for already will mostly be right; what is written may not be.
  if (!written.is_settled) draft.WaitEverywhere();
  if (about.client) {
    draft.Begin(ReportSection::kHelo);
    WriteHelo(draft, about);
  }
  if (ground.subject.mail) WriteMail(draft, about, *ground.subject.mail, written.names);
  if (!about.spf_domain.empty()) WriteSpf(draft, about);
  WriteDkim(draft, about);
  if (!about.domain.empty()) WriteDomain(draft, about.domain);
  WriteListsOf(draft, ground, about, written);
  return about.client ? LookForDecision(draft, ground, *about.client) : rules::Facts{};
}

// Turns a loop until all is answered, or the time is over.
class Asker {
 public:
  Asker(const config::DnsSettings& settings, const std::stop_token& stop)
      : resolver_(loop_.get(), settings, {}),
        timer_(loop_.get(), [this] { answers_.Close(); }),
        stopped_(loop_.get(), [this](std::monostate&) { answers_.Close(); }),
        on_stop_(stop, [this] { stopped_.Post({}); }) {
    timer_.Start(kReportTime);
  }

  // `open`: writes the report from what is known, and says what is still wanted.
  void Run(const std::function<std::vector<rules::DnsQuestion>(const ReportAnswers&)>& open) {
    for (;;) {
      const std::vector<rules::DnsQuestion> wanted = open(answers_);
      if (answers_.is_closed()) return;
      for (const rules::DnsQuestion& question : answers_.Ask(wanted)) Send(question);
      if (!wanted.empty() && !answers_.is_waiting()) continue;  // none of them could be asked
      if (wanted.empty()) return;
      uv_run(loop_.get(), UV_RUN_ONCE);
    }
  }

  const ReportAnswers& answers() const { return answers_; }

 private:
  void Send(const rules::DnsQuestion& question) {
    resolver_.Ask(question, dns::QuestionClass::kList, end_,
                  [this, question](const dns::Answer& answer) { answers_.Add(question, answer); });
  }

  const runtime::Deadline end_ = std::chrono::steady_clock::now() + kReportTime;
  ReportAnswers answers_;
  runtime::Loop loop_;
  dns::Resolver resolver_;
  runtime::Timer timer_;
  runtime::LoopQueue<std::monostate> stopped_;
  std::stop_callback<std::function<void()>> on_stop_;
};

Report ReportOf(const ReportSubject& subject, const ReportAbout& about, Draft& draft, const ReportAnswers& answers) {
  return {.subject = subject.shown,
          .client = about.client,
          .domain = about.domain.empty() ? std::nullopt : std::optional(about.domain),
          .helo = about.helo,
          .sender = about.sender,
          .mail = subject.mail,
          .parts = draft.TakeParts(),
          .open = draft.open_sections(),
          .asked = answers.asked(),
          .answered = answers.answered()};
}

// What we would answer now, with the facts of the report.
void AddDecision(const Ground& ground, const cache::Stores& stores, const ReportOptions& options, rules::Facts facts,
                 Report& report) {
  config::Config config = ground.config;
  config.service.answer_within = std::min<std::chrono::milliseconds>(config.service.answer_within, kDecisionTime);
  const ReportAbout& about = ground.subject.about;
  auto explained = Explain(config, stores,
                           {.subject = report.client->ToString(),
                            .helo = report.helo,
                            .sender = about.sender && about.sender->empty() ? "<>" : about.sender,
                            .stop = options.stop,
                            .known = std::move(facts)},
                           ground.now);
  if (!explained) return;
  const auto& finished = explained->result.finished;
  const rules::Action action = finished.verdict.action;
  const LineState state = !finished.verdict.turns_away()       ? LineState::kFine
                          : action == rules::Action::kGreylist ? LineState::kWarning
                                                               : LineState::kWrong;
  ReportLine line{.state = state,
                  .what = {.kind = "report.now",
                           .about = {{"client", report.client->ToString()},
                                     {"action", std::string(rules::Name(action))},
                                     {"reason", std::string(rules::Name(finished.verdict.reason))}}}};
  line.command = "sekimorictl explain " + report.client->ToString();
  report.parts.push_back({.section = ReportSection::kNow, .lines = {std::move(line)}});
  report.now = *std::move(explained);
}

}  // namespace

Status Check(const ReportOptions& options) {
  if (options.mail) return rules::Done{};
  const auto subject = ReadReportSubject(options, rules::Policy{});
  if (!subject) return subject.error();
  return rules::Done{};
}

Result<Report> MakeReport(const config::Config& config, const cache::Stores& stores, const ReportOptions& options,
                          rules::TimePoint now, const std::function<void(const Report&)>& progress) {
  const auto subject = ReadReportSubject(options, *config.policy);
  if (!subject) return subject.error();
  const Ground ground{config, HealthForAsking(config, stores), *subject, now};
  Report report;
  rules::Facts facts;
  Asker asker(config.dns, options.stop);
  asker.Run([&](const ReportAnswers& answers) {
    Draft draft(answers);
    ReportAbout about = subject->about;
    facts = WriteAll(draft, ground, about);
    std::vector<rules::DnsQuestion> open = draft.open();
    report = ReportOf(*subject, about, draft, answers);
    if (progress) progress(report);
    return open;
  });
  if (report.client) AddDecision(ground, stores, options, std::move(facts), report);
  return report;
}

}  // namespace policyd::admin
