// A greylist of its own, for mail of the past: the triplets and passes of a replay, in a store that nobody keeps, and
// the reputations beside them.
//
// The real store in a new folder below $TMPDIR or /tmp, which goes with this object.  One thread.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "cache/greylist/triplet_store.h"
#include "cache/lmdb/lmdb.h"
#include "rules/fact.h"
#include "rules/request.h"
#include "rules/verdict.h"

namespace policyd::admin {

class ThrowawayGreylist {
 public:
  static cache::Result<std::unique_ptr<ThrowawayGreylist>> Make();
  ~ThrowawayGreylist();
  ThrowawayGreylist(const ThrowawayGreylist&) = delete;
  ThrowawayGreylist& operator=(const ThrowawayGreylist&) = delete;

  // REQUIRES: question.kind is kTriplet, kAutoWhitelist, kReputation or kCorrespondent.
  rules::Fact Answer(const rules::Question& question, const rules::Request& request);
  // Remembers the Triplet of the Verdict on this request.
  cache::Status Remember(const rules::Remember& remember, const rules::Request& request);
  // Counts what became of a mail under its client key.
  void Count(const std::string& client_key, const rules::CountedDay& counted);

 private:
  ThrowawayGreylist(std::string directory, std::unique_ptr<cache::Environment> environment);

  const std::string directory_;
  std::unique_ptr<cache::Environment> environment_;
  cache::TripletStore triplets_;
  std::unique_ptr<cache::ReadTransaction> snapshot_;
  std::unordered_map<std::string, rules::DailyCounts> reputations_;
};

}  // namespace policyd::admin
