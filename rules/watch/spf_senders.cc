#include "rules/watch/spf_senders.h"

#include <algorithm>
#include <set>
#include <utility>

#include "rules/spf/macro.h"
#include "rules/spf/record.h"
#include "rules/spf/terms.h"
#include "rules/values/dns_name.h"

namespace rules {
namespace {

using Mechanism = SpfTerm::Mechanism;

constexpr std::size_t kMostRecords = 10;    // as many as RFC 7208 lets a record include
constexpr std::size_t kMostMailHosts = 10;  // as RFC 7208 has it

class Search {
 public:
  Search(const std::string& domain, const WatchAnswers& answers) : domain_(domain), answers_(answers) {}

  SpfSenders Run() {
    Read(domain_);
    return std::move(found_);
  }

 private:
  // Null where it is open, or DNS does not say.
  const WatchAnswer* Ask(const std::string& name, RecordType type);
  void Read(const std::string& name);
  void Add(const SpfTerm& term, const std::string& domain);
  void AddHost(const std::string& host, const SpfTerm& term, const std::string& domain);
  void AddAddress(const IpAddress& address, const SpfTerm& term, const std::string& domain);

  const std::string& domain_;
  const WatchAnswers& answers_;
  std::set<std::string> records_;
  SpfSenders found_;
};

const WatchAnswer* Search::Ask(const std::string& name, RecordType type) {
  if (!IsAskable(name)) return nullptr;
  DnsQuestion question{.name = name, .type = type};
  const auto known = answers_.find(question);
  if (known != answers_.end()) return &known->second;
  if (std::ranges::find(found_.open, question) == found_.open.end()) found_.open.push_back(std::move(question));
  return nullptr;
}

void Search::Read(const std::string& name) {
  if (records_.size() == kMostRecords || !records_.insert(name).second) return;
  const WatchAnswer* answer = Ask(name, RecordType::kTxt);
  if (!answer) return;
  const ChosenSpf chosen = ChooseSpfRecord(answer->texts, answer->is_cut);
  const ParsedSpf parsed = chosen.state == ChosenSpf::State::kOne ? ParseSpfRecord(chosen.record) : ParsedSpf{};
  if (!parsed.record) return;
  for (const SpfTerm& term : parsed.record->terms) {
    if (term.mechanism == Mechanism::kAll) return;
    const bool is_readable = term.result == SpfResult::kPass && !HasMacros(term.domain_spec);
    if (is_readable) Add(term, name);
  }
  const std::string& redirect = parsed.record->redirect;
  if (redirect.empty() || HasMacros(redirect)) return;
  const std::string target = ExpandName(redirect, {});
  if (IsUnder(target, domain_)) Read(target);
}

void Search::Add(const SpfTerm& term, const std::string& domain) {
  const std::string name = term.domain_spec.empty() ? domain : ExpandName(term.domain_spec, {});
  switch (term.mechanism) {
    case Mechanism::kIp4:
    case Mechanism::kIp6:
      return AddAddress(term.address, term, domain);
    case Mechanism::kA:
      return AddHost(name, term, domain);
    case Mechanism::kMx: {
      const WatchAnswer* answer = Ask(name, RecordType::kMx);
      if (!answer) return;
      for (std::size_t i = 0; i < std::min(answer->mail_hosts.size(), kMostMailHosts); ++i) {
        AddHost(answer->mail_hosts[i].name, term, domain);
      }
      return;
    }
    case Mechanism::kInclude:
      if (IsUnder(name, domain_)) Read(name);
      return;
    case Mechanism::kAll:
    case Mechanism::kPtr:
    case Mechanism::kExists:
      return;
  }
}

void Search::AddHost(const std::string& host, const SpfTerm& term, const std::string& domain) {
  for (const RecordType type : {RecordType::kA, RecordType::kAaaa}) {
    const WatchAnswer* answer = Ask(host, type);
    if (!answer) continue;
    for (const IpAddress& address : answer->addresses) AddAddress(address, term, domain);
  }
}

// Of a network nobody can tell which addresses send.
void Search::AddAddress(const IpAddress& address, const SpfTerm& term, const std::string& domain) {
  const bool is_single = address.is_v4() ? term.prefix_v4 == 32 : term.prefix_v6 == 128;
  if (!is_single || found_.senders.size() == kMostSpfSenders) return;
  SpfSender sender{.address = address, .term = term.text, .domain = domain};
  if (std::ranges::find(found_.senders, sender) == found_.senders.end()) found_.senders.push_back(std::move(sender));
}

}  // namespace

SpfSenders FindSpfSenders(const std::string& domain, const WatchAnswers& answers) {
  return Search(domain, answers).Run();
}

}  // namespace rules
