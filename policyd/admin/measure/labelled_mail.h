// Mail that somebody judged, with what its server wrote down of the client.
//
//     FILE   = HEADER *ROW, tab separated; columns in any order, unknown ones are ignored
//     needed : corpus, label, hop, client_ip, rdns, rdns_state, helo, sender
//     other  : ts (seconds since 1970), rcpt, spf, dnsbl, weight (a whole number, for how many such mails the row
//              stands; 1)
//
// "-" is not known; the sender "<>" is the null sender.  rdns_state: verified (confirmed by the server), forged (a PTR
// that does not confirm), ptr (confirmation not known), none (no PTR), nodata (reverse DNS was not looked at).  dnsbl:
// list hits by SpamAssassin's names, separated by commas; "none": lists were asked, there was no hit.  spf: what the
// server wrote down, "pass", "fail", "none", ..., of the sender; of the HELO name where there was no other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/request.h"
#include "rules/spf/record.h"
#include "rules/values/ip_address.h"
#include "rules/values/result.h"
#include "rules/values/time.h"

namespace policyd::admin {

enum class RecordedName : std::uint8_t { kVerified, kForged, kPtr, kNone, kNoData };

struct LabelledMail {
  std::string corpus, label, hop;
  rules::Request request;
  std::string name;  // normalised; empty where there is none
  RecordedName name_state = RecordedName::kNoData;
  std::optional<rules::SpfResult> spf;                // nothing: not looked at
  std::optional<std::vector<std::string>> list_hits;  // nothing: no list was asked
  std::uint64_t weight = 1;
  rules::TimePoint time{};  // when it came
};

// All rows, or `LINE: column: what was expected` of the first that is wrong.
rules::Result<std::vector<LabelledMail>> ParseLabelledMail(std::string_view text);

// The same of mails in the order in which they came.  Needed are ts, client_ip, rdns, rdns_state, helo, sender and
// rcpt; the label is "?" where there is none.
rules::Result<std::vector<LabelledMail>> ParseTrace(std::string_view text);

}  // namespace policyd::admin
