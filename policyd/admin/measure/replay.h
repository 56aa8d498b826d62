// The mails of a trace come in their order, and come back where they are told to.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policyd/admin/measure/recorded_answers.h"
#include "policyd/admin/measure/tally.h"
#include "policyd/admin/measure/throwaway_greylist.h"
#include "policyd/runtime/json.h"

namespace policyd::admin {

struct ReturnHabits {
  std::optional<rules::seconds> retry_after = rules::seconds{900};  // nothing: nobody comes back
  bool spam_returns = false;
};

// What became of the mails of one label.
struct LabelTally {
  Tally first_tries;
  std::uint64_t known = 0;             // let in at once, since the same mail had come before
  std::uint64_t auto_whitelisted = 0;  // let in at once, since the client had come back often
  std::vector<rules::seconds> delays;  // of those that came back and were let in

  // The delay that this share of them does not exceed; nothing where there are none.  REQUIRES: sorted delays.
  std::optional<rules::seconds> DelayAt(double share) const;
};

using LabelTallies = std::map<std::string, LabelTally>;

// By label.  REQUIRES: mails are sorted by time.  The error is that of the store.
rules::Result<LabelTallies> Replay(const RecordedJudge& judge, const std::vector<LabelledMail>& mails,
                                   const ReturnHabits& habits, ThrowawayGreylist& greylist);

runtime::Json ToJson(const LabelTallies& labels);
// The actions on the first tries of ham and spam.
std::vector<RateCurve> CurvesOf(const LabelTallies& labels);

}  // namespace policyd::admin
