#include "policyd/serve/store_reader.h"

#include <utility>

#include "cache/greylist/triplet_store.h"
#include "rules/greylist/sender_form.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::serve {

StoreReader::StoreReader(const cache::Stores& stores, metrics::RequestCounts* counts)
    : stores_(stores), counts_(counts), records_(stores.records_environment()), lists_(stores.lists_environment()) {
  if (!stores.facts_environment()) return;
  facts_.emplace(*stores.facts_environment());
  known_clients_.emplace(*stores.facts());
}

cache::KnownFacts StoreReader::GetClient(const rules::IpAddress& client) {
  return facts_ ? stores_.facts()->GetClient(*facts_, client) : cache::KnownFacts{};
}

std::shared_ptr<const KnownClient> StoreReader::Known(const rules::IpAddress& client,
                                                      const std::shared_ptr<const rules::Policy>& policy,
                                                      const std::shared_ptr<const rules::Health>& health,
                                                      rules::TimePoint now) {
  return facts_ ? known_clients_->Find(*facts_, client, policy, health, now) : nullptr;
}

cache::KnownFacts StoreReader::GetName(const rules::Question& question) {
  return facts_ ? stores_.facts()->GetName(*facts_, question) : cache::KnownFacts();
}

rules::Fact StoreReader::Answer(const rules::Question& question, const rules::Request& request, rules::TimePoint now) {
  const bool is_of_records = question.kind >= rules::Question::Kind::kTriplet;  // they come last
  rules::Fact fact = Read(question, request, now);
  is_unread_ |= is_of_records ? Note("records", records_) : Note("lists", lists_);
  return fact;
}

bool StoreReader::Note(std::string_view store, cache::ReadTransaction& snapshot) {
  auto error = snapshot.TakeError();
  if (!error) return false;
  failure_ = std::string(store) + "/: " + *std::move(error);
  return true;
}

rules::Fact StoreReader::Read(const rules::Question& question, const rules::Request& request, rules::TimePoint now) {
  const cache::ListStore& lists = stores_.lists();
  const auto matches = [this](rules::ListMatches found) {
    Count(metrics::CacheStore::kLists, !found.entries.empty());
    return rules::Fact::Present(std::move(found));
  };
  switch (question.kind) {
    case rules::Question::Kind::kClientEntries:
      return matches(lists.MatchClient(lists_, *request.client, now, &ShapeOfLists()));
    case rules::Question::Kind::kNameEntries:
      return matches(lists.MatchName(lists_, question.name, now, &ShapeOfLists()));
    case rules::Question::Kind::kSenderEntries:
      return matches(lists.MatchSender(lists_, request.sender, now, &ShapeOfLists()));
    case rules::Question::Kind::kRecipientEntries:
      return matches(lists.MatchRecipient(lists_, request.recipient, now, &ShapeOfLists()));
    case rules::Question::Kind::kTriplet:
      return AnswerTriplet(question, request, now);
    case rules::Question::Kind::kAutoWhitelist:
      return AnswerPasses(question);
    case rules::Question::Kind::kReputation:
      return AnswerReputation(question);
    case rules::Question::Kind::kCorrespondent:
      return stores_.correspondents().KnowsAny(records_, request.sender, now)
                 ? rules::Fact{.state = rules::Fact::State::kPresent}
                 : rules::Fact::Absent();
    case rules::Question::Kind::kPtr:
    case rules::Question::Kind::kForward:
    case rules::Question::Kind::kList:
    case rules::Question::Kind::kNameList:
    case rules::Question::Kind::kNameAddresses:
    case rules::Question::Kind::kNameTexts:
    case rules::Question::Kind::kNameMailHosts:
      break;
  }
  assert(false && "questions of DNS are not answered here");
  return rules::Fact::Unavailable();
}

// The shape changes when people change their lists.
const cache::ListShape& StoreReader::ShapeOfLists() {
  if (is_shape_current_) return shape_;
  const std::uint64_t snapshot = lists_.number();
  if (snapshot == 0 || snapshot != shape_of_) shape_ = stores_.lists().shape(lists_);
  shape_of_ = snapshot;
  is_shape_current_ = snapshot != 0;
  return shape_;
}

rules::Fact StoreReader::AnswerTriplet(const rules::Question& question, const rules::Request& request,
                                       rules::TimePoint now) {
  const std::string sender = rules::NormalizeSender(request.sender, request.recipient);
  const std::string recipient = rules::LowerAscii(request.recipient);
  const cache::TripletId id{question.name, sender, recipient, request.client};
  auto record = stores_.triplets().Get(records_, id);
  if (!record) record = stores_.triplets().GetPushedOut(id, now);
  if (!record || record->is_waiting()) {
    const auto known = cache::FindKnownSender(stores_.triplets(), records_, *request.client, sender);
    if (known) record = known;
  }
  Count(metrics::CacheStore::kTriplets, record.has_value());
  return record ? rules::Fact::Present(*record) : rules::Fact::Absent();
}

rules::Fact StoreReader::AnswerPasses(const rules::Question& question) {
  const auto count = stores_.triplets().GetPasses(records_, question.name);
  return count ? rules::Fact::Present(*count) : rules::Fact::Absent();
}

rules::Fact StoreReader::AnswerReputation(const rules::Question& question) {
  auto days = stores_.reputations().Get(records_, stores_.triplets().HashOf(question.name));
  return days.empty() ? rules::Fact::Absent() : rules::Fact::Present(std::move(days));
}

OutgoingKept StoreReader::ReadOutgoing(const OutgoingMail& mail, bool wants_accounts) {
  OutgoingKept kept;
  const std::string account = mail.account();
  kept.entries = stores_.outbound_entries().Matching(lists_, account, mail.request.client);
  is_unread_ |= Note("lists", lists_);
  if (wants_accounts) {
    kept.login = ReadAccount(account);
    const auto pool = mail.pool();
    if (pool) kept.pool = ReadAccount(*pool);
  }
  if (!mail.is_counted()) return kept;
  for (const std::string& recipient : mail.recipients) {
    if (!stores_.correspondents().KnowsAny(records_, recipient, mail.now)) ++kept.strangers;
  }
  is_unread_ |= Note("records", records_);
  return kept;
}

rules::Account StoreReader::ReadAccount(const std::string& name) {
  rules::Account account = stores_.outbound_accounts().Get(records_, name).value_or(rules::Account());
  is_unread_ |= Note("records", records_);
  return account;
}

void StoreReader::Count(metrics::CacheStore store, bool is_known) const {
  if (counts_) counts_->CountCacheLookup(store, is_known ? metrics::CacheResult::kFresh : metrics::CacheResult::kMiss);
}

void StoreReader::Reset() {
  if (facts_) {
    Note("facts", *facts_);  // not known: DNS is asked
    facts_->Reset();
  }
  records_.Reset();
  lists_.Reset();
  is_shape_current_ = false;
}

}  // namespace policyd::serve
