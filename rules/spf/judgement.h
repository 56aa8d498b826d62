// What SPF says of one mail: points against a client that the sender's domain, or its own HELO name, does not let send.
//
// It counts beside something else that speaks against the client, never alone: forwarded mail fails, too.  No answer,
// no record, neutral and a pass that anybody would get are nothing.
#pragma once

#include <optional>
#include <vector>

#include "rules/evaluate.h"
#include "rules/verdict.h"

namespace rules {

struct SpfJudgement : Assessment {
  std::optional<SpfSeen>
      seen;  // of MAIL FROM, of HELO where there is no other sender; nothing while a Question is open
};

// May SPF count for a mail of which all else comes to `rest`?  A clean client is asked nothing.
inline bool MayAskSpf(const Policy& policy, const ScoreRange& rest) {
  return policy.spf.check != SpfUse::kOff && (rest.highest > Points{} || policy.spf.check == SpfUse::kAlways);
}

// With the Questions that are open.  REQUIRES: request.client.
SpfJudgement AssessSpf(const Policy& policy, const Request& request, const ReverseDnsView& reverse, const Facts& facts);

// Is the mail the sender's?  For entries of people that hold only where SPF passes.
struct SenderProof {
  std::optional<bool> passes{};  // nothing while Questions are open
  std::vector<Question> open{};
  bool lacks_answer = false;  // it might have passed, had DNS answered
};

// REQUIRES: request.client, and a sender.
SenderProof ProveSender(const Request& request, const Facts& facts);

}  // namespace rules
