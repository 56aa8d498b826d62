// Reads the stores for one worker: a snapshot of each, renewed with every turn of its loop.
//
// Belongs to one thread.  Reset() before the loop sleeps: a snapshot that stays open keeps every page it could see.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cache/stores.h"
#include "policyd/metrics/request_counts.h"
#include "policyd/serve/clients/known_clients.h"
#include "policyd/serve/outbound/ledger.h"
#include "rules/fact.h"
#include "rules/request.h"

namespace policyd::serve {

class StoreReader {
 public:
  // `counts` may be null (the tool).
  StoreReader(const cache::Stores& stores, metrics::RequestCounts* counts);

  // The client will be asked about soon.
  void Expect(const rules::IpAddress& client) const {
    if (known_clients_) known_clients_->Expect(client);
  }
  // All that DNS said of a client, fresh and stale.
  cache::KnownFacts GetClient(const rules::IpAddress& client);
  // The same, where that is all that will be asked, and fresh; else null.
  std::shared_ptr<const KnownClient> Known(const rules::IpAddress& client,
                                           const std::shared_ptr<const rules::Policy>& policy,
                                           const std::shared_ptr<const rules::Health>& health, rules::TimePoint now);
  // What its Assessment rests on; nothing where something else was learnt since.  REQUIRES: Known() returned it.
  rules::KnownFacts FactsOf(const KnownClient& known) { return known_clients_->FactsOf(*facts_, known); }
  // What is known of a name, fresh and stale.  REQUIRES: rules::IsOfName(question.kind).
  cache::KnownFacts GetName(const rules::Question& question);
  // The answer to a Question for the stores: there is always one.  REQUIRES: !AsksDns(question.kind), request.client.
  rules::Fact Answer(const rules::Question& question, const rules::Request& request, rules::TimePoint now);

  // What is kept of mail that leaves; with its accounts where they are wanted.
  OutgoingKept ReadOutgoing(const OutgoingMail& mail, bool wants_accounts);
  // The account of a login; an empty one where there is none.
  rules::Account ReadAccount(const std::string& name);

  // Has an Answer() since the last call not been read from the lists or the greylist?  What it said means nothing then.
  bool TakeUnread() { return std::exchange(is_unread_, false); }
  bool has_unread() const { return is_unread_; }
  // What went wrong since the last call, in any store.
  std::optional<std::string> TakeFailure() { return std::exchange(failure_, std::nullopt); }

  void Reset();

 private:
  const cache::ListShape& ShapeOfLists();
  rules::Fact AnswerTriplet(const rules::Question& question, const rules::Request& request, rules::TimePoint now);
  rules::Fact AnswerPasses(const rules::Question& question);
  rules::Fact AnswerReputation(const rules::Question& question);
  rules::Fact Read(const rules::Question& question, const rules::Request& request, rules::TimePoint now);
  bool Note(std::string_view store, cache::ReadTransaction& snapshot);
  void Count(metrics::CacheStore store, bool is_known) const;

  const cache::Stores& stores_;
  metrics::RequestCounts* counts_;
  std::optional<cache::ReadTransaction> facts_;  // the tool may have no facts/
  std::optional<KnownClients> known_clients_;
  cache::ReadTransaction records_;
  cache::ReadTransaction lists_;
  std::uint64_t shape_of_ = 0;     // the number of the snapshot of lists/ that `shape_` was read from
  bool is_shape_current_ = false;  // it is that of `lists_`, until Reset()
  cache::ListShape shape_;
  bool is_unread_ = false;
  std::optional<std::string> failure_;
};

}  // namespace policyd::serve
