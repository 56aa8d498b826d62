// Answers to the Questions about a mail of the past, made from what its server wrote down.  Asks no DNS, and nobody
// made a list entry.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "policyd/admin/measure/labelled_mail.h"
#include "policyd/config/config.h"
#include "rules/fact.h"
#include "rules/policy.h"
#include "rules/verdict.h"

namespace policyd::admin {

// A recorded list hit: its zone and the list's answer.
struct RecordedHit {
  std::string zone;
  rules::IpAddress answer;
};

using RecordedHits = std::map<std::string, RecordedHit, std::less<>>;

// contrib/dnsbl.tsv: NAME <TAB> zone <TAB> address, "#" comments.
rules::Result<RecordedHits> ParseRecordedHits(std::string_view text);

// The policy that judges mail of the past.
struct RecordedJudge {
  rules::Policy policy;
  RecordedHits hits;

  // Without lists none is judged; with them the recorded hits are, by the configured sites or, where there are none, by
  // contrib/dnsbl.toml.
  static rules::Result<RecordedJudge> Make(const config::Config& config, bool with_lists);

  // The verdict that the mail would get.  Lists that were not asked are unavailable.  `greylist` answers what the
  // greylist is asked.
  using Greylist = std::function<rules::Fact(const rules::Question&)>;
  rules::Verdict Judge(const LabelledMail& mail, rules::TimePoint now, const Greylist& greylist) const;
  // What counts for the client's reputation, and under which key; nothing where the mail does not count.
  struct Counted {
    std::string client_key;
    rules::DayCounts counts;
  };
  std::optional<Counted> CountsOf(const LabelledMail& mail, const rules::Verdict& verdict) const;
};

std::string_view DnsblToml();  // the ready set of lists
std::string_view DnsblTsv();   // what recorded list hits stand for

}  // namespace policyd::admin
