// Answers to the Questions about a mail of the past, made from what its server wrote down.  Asks no DNS and no store:
// nobody made a list entry, nobody came before.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "policyd/ctl/labelled_mail.h"
#include "rules/fact.h"
#include "rules/policy.h"
#include "rules/verdict.h"

namespace policyd::ctl {

// What a recorded list hit stands for: its zone and the list's answer.
struct RecordedHit {
  std::string zone;
  rules::IpAddress answer;
};

using RecordedHits = std::map<std::string, RecordedHit, std::less<>>;

// contrib/dnsbl.tsv: NAME <TAB> zone <TAB> address, "#" comments.
rules::Result<RecordedHits> ParseRecordedHits(std::string_view text);

// What the mail would get.  Lists that were not asked are unavailable.
rules::Verdict JudgeRecorded(const rules::Policy& policy, const RecordedHits& hits, const LabelledMail& mail,
                             rules::TimePoint now);

}  // namespace policyd::ctl
