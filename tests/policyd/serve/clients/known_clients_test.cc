#include "policyd/serve/clients/known_clients.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cache/facts/fact_record.h"
#include "tests/support/rule_words.h"
#include "tests/support/store_environment.h"

namespace policyd::serve::known_clients_test {

using rules::KnownFacts;
using std::chrono_literals::operator""s;

constexpr rules::seconds kLife = 1000s;
constexpr rules::seconds kSettled = 900s;  // the last tenth may be due for a refresh

// As the store holds it: learnt now.
support::Known Learnt(support::Known known) {
  known.second.learnt = support::Now();
  known.second.until = support::Now() + kLife;
  return known;
}

const std::string kName = "mail.sender.example";
const support::Known kPtr = Learnt(support::Ptr({kName}));
const support::Known kForward = Learnt(support::Forward(kName, support::kClient));
const support::Known kNotListed = Learnt(support::NotListed("zen.example"));
const support::Known kOtherList = Learnt(support::NotListed("former.example"));
const support::Known kNoAnswer = Learnt(support::ListUnavailable("zen.example"));

std::shared_ptr<const rules::Policy> NewPolicy() {
  return std::make_shared<const rules::Policy>(support::WithZones({"zen.example*8"}));
}
std::shared_ptr<const rules::Health> NewHealth() {
  return std::make_shared<const rules::Health>();
}

struct Case {
  const char* name;
  KnownFacts record;
  rules::seconds age;
  bool want;
};

class AssessRecordTest : public testing::TestWithParam<Case> {};

TEST_P(AssessRecordTest, IsThereWhereAllIsKnownAndFresh) {
  const Case& row = GetParam();
  const auto known = AssessRecord(NewPolicy(), NewHealth(), support::Client(), cache::EncodeFacts(row.record),
                                  support::Now() + row.age);
  ASSERT_EQ(known != nullptr, row.want);
  if (!known) return;
  EXPECT_EQ(known->assessment.reverse.name, kName);
  EXPECT_TRUE(known->assessment.open.empty());
  EXPECT_EQ(known->until, support::Now() + kSettled);
}

INSTANTIATE_TEST_SUITE_P(
    KnownClients, AssessRecordTest,
    testing::Values(Case{"all_fresh", {kPtr, kForward, kNotListed}, 0s, true},
                    Case{"until_a_refresh_is_due", {kPtr, kForward, kNotListed}, 899s, true},
                    Case{"not_where_it_was_learnt_in_the_future", {kPtr, kForward, kNotListed}, -3600s, false},
                    Case{"not_when_a_refresh_is_due", {kPtr, kForward, kNotListed}, 900s, false},
                    Case{"not_without_forward", {kPtr, kNotListed}, 0s, false},
                    Case{"not_without_a_list", {kPtr, kForward}, 0s, false},
                    Case{"a_failure_is_no_answer", {kPtr, kForward, kNoAnswer}, 0s, false},
                    Case{"an_answer_counts_beside_a_failure", {kPtr, kForward, kNotListed, kNoAnswer}, 0s, true},
                    Case{
                        "a_list_that_is_asked_no_more_is_left_out", {kPtr, kForward, kNotListed, kOtherList}, 0s, true},
                    Case{"nothing", {}, 0s, false}),
    [](const auto& row) { return row.param.name; });

class KnownClientsTest : public testing::Test {
 protected:
  void Put(const KnownFacts& facts) {
    environment_.Write([&](cache::WriteTransaction& transaction) {
      ASSERT_TRUE(store_.Put(transaction, support::Client(), facts, support::Now()));
    });
    snapshot_.Reset();
  }
  std::shared_ptr<const KnownClient> Find(rules::seconds age = 0s) {
    return known_.Find(snapshot_, support::Client(), policy_, health_, support::Now() + age);
  }

  support::StoreEnvironment environment_{{"clients", "names"}};
  cache::FactStore store_{*environment_};
  cache::ReadTransaction snapshot_{*environment_};
  std::shared_ptr<const rules::Policy> policy_ = NewPolicy();
  std::shared_ptr<const rules::Health> health_ = NewHealth();
  KnownClients known_{store_};
};

TEST_F(KnownClientsTest, KeepsTheAssessmentFromRequestToRequest) {
  EXPECT_EQ(Find(), nullptr);
  Put({kPtr, kForward, kNotListed});
  const auto first = Find();
  ASSERT_NE(first, nullptr);
  snapshot_.Reset();
  EXPECT_EQ(Find(), first);
}

TEST_F(KnownClientsTest, KeepsItWhereOthersChange) {
  Put({kPtr, kForward, kNotListed});
  const auto first = Find();
  environment_.Write([&](cache::WriteTransaction& transaction) {
    ASSERT_TRUE(store_.Put(transaction, *rules::IpAddress::Parse("192.0.2.7"), {kPtr}, support::Now()));
  });
  snapshot_.Reset();
  EXPECT_EQ(Find(), first);
}

TEST_F(KnownClientsTest, SeesWhatIsLearntAnew) {
  Put({kPtr, kForward, kNotListed});
  ASSERT_NE(Find(), nullptr);
  Put({Learnt(support::Listed("zen.example"))});
  const auto now_listed = Find();
  ASSERT_NE(now_listed, nullptr);
  EXPECT_TRUE(now_listed->assessment.is_listed);
}

TEST_F(KnownClientsTest, GivesTheFactsItRestsOn) {
  Put({kPtr, kForward, kNotListed, kOtherList});
  const auto known = Find();
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known_.FactsOf(snapshot_, *known), (KnownFacts{kPtr, kForward, kNotListed}))
      << "a list that is asked no more says nothing";
}

TEST_F(KnownClientsTest, GivesNoFactsItDoesNotRestOn) {
  Put({kPtr, kForward, kNotListed});
  const auto known = Find();
  ASSERT_NE(known, nullptr);
  Put({Learnt(support::Listed("zen.example"))});
  EXPECT_EQ(known_.FactsOf(snapshot_, *known), KnownFacts());
}

TEST_F(KnownClientsTest, SeesWhatIsForgotten) {
  Put({kPtr, kForward, kNotListed});
  ASSERT_NE(Find(), nullptr);
  environment_.Write(
      [&](cache::WriteTransaction& transaction) { ASSERT_TRUE(store_.Forget(transaction, support::Client())); });
  snapshot_.Reset();
  EXPECT_EQ(Find(), nullptr);
}

TEST_F(KnownClientsTest, MakesItAnewForAnotherPolicyOrHealth) {
  Put({kPtr, kForward, kNotListed});
  const auto first = Find();
  policy_ = std::make_shared<const rules::Policy>(support::WithZones({"zen.example*8", "other.example*8"}));
  EXPECT_EQ(Find(), nullptr) << "the new list has not been asked";
  policy_ = NewPolicy();
  const auto second = Find();
  ASSERT_NE(second, nullptr);
  EXPECT_NE(second, first);
  health_ = NewHealth();
  EXPECT_NE(Find(), second);
}

class CrowdedKnownClientsTest : public KnownClientsTest {
 protected:
  void Learn(const std::vector<rules::IpAddress>& clients) {
    environment_.Write([&](cache::WriteTransaction& transaction) {
      for (const rules::IpAddress& client : clients) {
        const KnownFacts facts{
            kPtr, Learnt({rules::Question::Forward(kName), support::Forward(kName, client.ToString()).second}),
            kNotListed};
        ASSERT_TRUE(store_.Put(transaction, client, facts, support::Now()));
      }
    });
    snapshot_.Reset();
  }
  std::shared_ptr<const KnownClient> FindOf(const rules::IpAddress& client) {
    return known_.Find(snapshot_, client, policy_, health_, support::Now());
  }
  static std::vector<rules::IpAddress> Clients(int count, const std::function<std::string(int)>& text) {
    std::vector<rules::IpAddress> clients;
    for (int i = 0; i < count; ++i) clients.push_back(*rules::IpAddress::Parse(text(i)));
    return clients;
  }

  const std::vector<rules::IpAddress> honest_ =
      Clients(200, [](int i) { return "198." + std::to_string(i) + ".7.25"; });

  // How many of the honest are still known after the flood, of which each client comes so often.
  int KeptAfter(const std::vector<rules::IpAddress>& flood, int times) {
    Learn(honest_);
    Learn(flood);
    std::vector<std::shared_ptr<const KnownClient>> before;
    for (int time = 0; time < 2; ++time) {
      before.clear();
      for (const auto& client : honest_) before.push_back(FindOf(client));
    }
    for (const auto& client : flood) {
      for (int time = 0; time < times; ++time) FindOf(client);
    }
    int kept = 0;
    for (std::size_t i = 0; i < honest_.size(); ++i) kept += FindOf(honest_[i]) == before[i] ? 1 : 0;
    return kept;
  }
};

TEST_F(CrowdedKnownClientsTest, AFloodOfClientsThatComeOncePushesOutItsOwn) {
  const auto flood = Clients(60'000, [](int i) {
    return std::to_string(1 + i % 190) + "." + std::to_string(i / 190 % 256) + "." + std::to_string(i % 251) + ".9";
  });
  EXPECT_GE(KeptAfter(flood, 1), 199);
}

TEST_F(CrowdedKnownClientsTest, ANetworkHasOnePlaceOfARow) {
  const auto flood = Clients(
      60'000, [](int i) { return "2001:db8:" + std::to_string(i % 1000) + ":" + std::to_string(i / 1000) + "::9"; });
  EXPECT_GE(KeptAfter(flood, 3), 199);
}

TEST_F(KnownClientsTest, EndsWhenARefreshIsDue) {
  Put({kPtr, kForward, kNotListed});
  ASSERT_NE(Find(kSettled - 1s), nullptr);
  EXPECT_EQ(Find(kSettled), nullptr);
}

}  // namespace policyd::serve::known_clients_test
