#include "policyd/admin/explain/spf_check.h"

#include <utility>

#include <fmt/format.h>

#include "policyd/dns/lookups.h"
#include "policyd/dns/resolver.h"
#include "policyd/runtime/shown.h"
#include "policyd/runtime/uv_handle.h"
#include "rules/values/as_written.h"
#include "rules/values/nat64.h"

namespace policyd::admin {
namespace {

constexpr std::chrono::seconds kLongest{20};  // RFC 7208, section 4.6.4: at least

// All of them together.
void Answer(const config::DnsSettings& settings, const rules::IpAddress& client,
            const std::vector<rules::Question>& questions, runtime::Deadline deadline, rules::Facts& facts) {
  runtime::Loop loop;
  std::size_t open = questions.size();
  dns::Resolver resolver(loop.get(), settings, {});
  for (const rules::Question& question : questions) {
    resolver.Ask(rules::ToDns(question, client), dns::QuestionClass::kReverse, deadline,
                 [&facts, &open, &question, &settings](const dns::Answer& answer) {
                   facts.Add(question, dns::ToFact(question, answer, settings.lifetime, {}));
                   --open;
                 });
  }
  while (open > 0) uv_run(loop.get(), UV_RUN_ONCE);
}

std::string InRecordOf(const rules::SpfCheck& check) {
  return " in the record of " + runtime::Shown(check.domain);
}

std::string WhyNoPolicy(const rules::SpfCheck& check) {
  const std::string domain = runtime::Shown(check.domain);
  const std::string term = runtime::Shown(check.term);
  switch (check.fault) {
    case rules::SpfFault::kNone:
      break;
    case rules::SpfFault::kNoAnswer:
      return "DNS does not answer about " + domain + (term.empty() ? "" : " (" + term + ")") +
             ": this speaks against nobody";
    case rules::SpfFault::kSyntax:
      return "\"" + term + "\"" + InRecordOf(check) + " is no term";
    case rules::SpfFault::kSeveralRecords:
      return domain + " has more than one record that begins with v=spf1";
    case rules::SpfFault::kTooLong:
      return "the TXT records of " + domain + " are longer than is read";
    case rules::SpfFault::kNoRecord:
      return "\"" + term + "\"" + InRecordOf(check) + " leads to a domain without a record";
    case rules::SpfFault::kTooManyTerms:
      return "\"" + term + "\"" + InRecordOf(check) + " is one look-up more than the 10 that are allowed";
    case rules::SpfFault::kTooManyVoids:
      return "\"" + term + "\"" + InRecordOf(check) + " is the third that asks for what is not there";
    case rules::SpfFault::kTooManyMailHosts:
      return "\"" + term + "\"" + InRecordOf(check) + " leads to more than 10 mail servers";
  }
  return {};
}

}  // namespace

Status Check(const SpfOptions& options) {
  if (!rules::ReadAddress(options.client)) {
    return ErrorIn("client", "expected an IPv4 or IPv6 address, got \"" + runtime::Shown(options.client) + "\"");
  }
  if (options.sender != "<>" && options.sender.find('@') == std::string::npos) {
    return ErrorIn("sender",
                   "expected a mail address, or <> for a bounce, got \"" + runtime::Shown(options.sender) + "\"");
  }
  return rules::Done{};
}

Result<SpfChecked> CheckSpf(const config::Config& config, const SpfOptions& options, rules::TimePoint now) {
  if (const auto checked = Check(options); !checked) return checked.error();
  const auto client = rules::WithoutNat64(*rules::ReadAddress(options.client), config.policy->nat64_prefixes);
  const rules::SpfRequest request{
      .client = client, .helo = options.helo, .sender = options.sender == "<>" ? std::string() : options.sender};
  const rules::SpfOptions wanted{.explains = true, .receiver = config.policy->reply.hostname, .now = now};
  const auto deadline = std::chrono::steady_clock::now() + kLongest;
  rules::Facts facts;
  for (;;) {
    rules::SpfOutcome outcome = rules::EvaluateSpf(request, facts, wanted);
    if (outcome.check) return SpfChecked{.request = request, .check = *std::move(outcome.check)};
    if (std::chrono::steady_clock::now() < deadline) {
      Answer(config.dns, client, outcome.open, deadline, facts);
      continue;
    }
    for (const rules::Question& question : outcome.open) facts.Add(question, rules::Fact::Unavailable());
  }
}

std::string WhyOf(const SpfChecked& checked) {
  const rules::SpfCheck& check = checked.check;
  if (check.fault != rules::SpfFault::kNone) return WhyNoPolicy(check);
  if (check.result == rules::SpfResult::kNone) {
    const std::string domain = rules::SpfDomainOf(checked.request);
    return domain.empty() ? "there is no domain whose record could be asked for"
                          : runtime::Shown(domain) + " has no SPF record";
  }
  std::string why = check.term.empty() ? "no term matches" : runtime::Shown(check.term) + " matches";
  why += InRecordOf(check);
  if (check.is_for_anybody) why += "; it lets anybody send, so it counts as none";
  return why;
}

runtime::Json ToJson(const SpfChecked& checked) {
  const rules::SpfCheck& check = checked.check;
  const auto text = [](const std::string& value) { return value.empty() ? runtime::Json() : runtime::Json(value); };
  return runtime::Json::Object()
      .Add("result", rules::Name(check.result))
      .Add("term", text(check.term))
      .Add("domain", text(check.domain))
      .Add("lookups", check.lookups)
      .Add("voids", check.voids)
      .Add("explanation", text(check.explanation));
}

}  // namespace policyd::admin
