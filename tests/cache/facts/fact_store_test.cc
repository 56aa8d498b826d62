#include "cache/facts/fact_store.h"

#include <gtest/gtest.h>

#include "tests/support/store_environment.h"

namespace cache::fact_store_test {

using rules::Fact;
using rules::IpAddress;
using rules::Question;
using rules::seconds;
using rules::TimePoint;
using State = Fact::State;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
const TimePoint kKeepFrom = kNow - seconds{86400};

IpAddress Address(std::string_view text) {
  return IpAddress::Parse(text).value();
}

const IpAddress kClient = Address("192.0.2.1");

Fact Ends(TimePoint until, State state = State::kAbsent) {
  Fact fact;
  fact.state = state;
  fact.learnt = kNow - seconds{100};
  fact.until = until;
  return fact;
}

Fact Names(rules::HostNames names, TimePoint until = kNow + seconds{60}) {
  Fact fact = Ends(until, State::kPresent);
  fact.records = std::move(names);
  return fact;
}

const Fact kFailure = Ends(kNow + seconds{30}, State::kUnavailable);

class FactStoreTest : public testing::Test {
 protected:
  void Put(const KnownFacts& facts, TimePoint keep_from = kKeepFrom, const IpAddress& client = kClient) {
    environment_.Write(
        [&](WriteTransaction& transaction) { EXPECT_TRUE(store_.Put(transaction, client, facts, keep_from)); });
  }

  KnownFacts Get(const IpAddress& client = kClient) {
    ReadTransaction snapshot(*environment_);
    return store_.GetClient(snapshot, client);
  }

  KnownFacts GetName(const Question& question) {
    ReadTransaction snapshot(*environment_);
    return store_.GetName(snapshot, question);
  }

  support::StoreEnvironment environment_{{"clients", "names"}};
  FactStore store_{*environment_};
};

TEST_F(FactStoreTest, NothingIsKnownOfAStranger) {
  EXPECT_EQ(Get(), KnownFacts{});
}

TEST_F(FactStoreTest, FactsOfOneClientComeBackTogether) {
  const std::pair a{Question::Ptr(), Names({"a.example"})};
  const std::pair b{Question::List("zen.example"), Ends(kNow + seconds{3600})};
  Put({a});
  Put({b});
  Put({{Question::List("zen.example"), Ends(kNow)}}, kKeepFrom, Address("192.0.2.2"));
  EXPECT_EQ(Get(), (KnownFacts{a, b}));
}

TEST_F(FactStoreTest, ANewerFactTakesThePlaceOfTheOlder) {
  Put({{Question::List("zen.example"), Ends(kNow)}});
  const std::pair newer{Question::List("zen.example"), Ends(kNow + seconds{60}, State::kPresent)};
  Put({newer});
  EXPECT_EQ(Get(), KnownFacts{newer});
}

TEST_F(FactStoreTest, StaleFactsStayUntilTheyEndedBeforeKeepFrom) {
  const std::pair at_the_edge{Question::List("edge.example"), Ends(kKeepFrom)};
  const std::pair beyond{Question::List("beyond.example"), Ends(kKeepFrom - seconds{1})};
  const std::pair fresh{Question::List("fresh.example"), Ends(kNow + seconds{60})};
  Put({at_the_edge, beyond}, TimePoint{});
  Put({fresh});
  EXPECT_EQ(Get(), (KnownFacts{at_the_edge, fresh}));
}

TEST_F(FactStoreTest, AFailureStandsBehindTheAnswerThatMayStillServe) {
  const std::pair answer{Question::Ptr(), Names({"a.example"}, kNow - seconds{10})};
  Put({answer});
  Put({{Question::Ptr(), kFailure}});
  EXPECT_EQ(Get(), (KnownFacts{answer, {Question::Ptr(), kFailure}}));
  Put({{Question::Ptr(), kFailure}});
  EXPECT_EQ(Get().size(), 2U) << "failures do not pile up";
  const std::pair next{Question::Ptr(), Names({"b.example"})};
  Put({next});
  EXPECT_EQ(Get(), KnownFacts{next});
}

TEST_F(FactStoreTest, AFailureReplacesAnAnswerTooOldToServe) {
  Put({{Question::Ptr(), Names({"a.example"}, kKeepFrom - seconds{1})}}, TimePoint{});
  Put({{Question::Ptr(), kFailure}});
  EXPECT_EQ(Get(), (KnownFacts{{Question::Ptr(), kFailure}}));
}

TEST_F(FactStoreTest, ForwardFactsOfNamesThatAreGoneAreDropped) {
  const std::pair b{Question::Forward("b.example"), Ends(kNow + seconds{60})};
  Put({{Question::Ptr(), Names({"a.example", "b.example"})},
       {Question::Forward("a.example"), Ends(kNow + seconds{60})},
       b});
  const std::pair ptr{Question::Ptr(), Names({"b.example"})};
  Put({ptr});
  EXPECT_EQ(Get(), (KnownFacts{b, ptr}));
}

TEST_F(FactStoreTest, AClientWithEverNewNamesStaysSmall) {
  for (int i = 0; i < 100; ++i) {
    const std::string name = std::to_string(i) + ".example";
    Put({{Question::Ptr(), Names({name})}, {Question::Forward(name), Ends(kNow + seconds{60})}});
  }
  EXPECT_EQ(Get().size(), 2U);
}

TEST_F(FactStoreTest, NameListAnswersAreFoundByNameAndList) {
  const Question question = Question::NameList("sender.example", "dbl.example");
  Put({{question, Ends(kNow, State::kPresent)}});
  EXPECT_EQ(GetName(question), (KnownFacts{{question, Ends(kNow, State::kPresent)}}));
  EXPECT_EQ(GetName(Question::NameList("sender.example", "other.example")), KnownFacts{});
  EXPECT_EQ(GetName(Question::NameList("other.example", "dbl.example")), KnownFacts{});
  EXPECT_EQ(Get(), KnownFacts{}) << "they belong to no client";
}

TEST_F(FactStoreTest, ANameKeepsItsAnswerBesideAFailure) {
  const Question question = Question::NameList("sender.example", "dbl.example");
  Put({{question, kFailure}});
  EXPECT_EQ(GetName(question), (KnownFacts{{question, kFailure}}));
  Put({{question, Ends(kNow)}});
  EXPECT_EQ(GetName(question), (KnownFacts{{question, Ends(kNow)}}));
  Put({{question, kFailure}});
  EXPECT_EQ(GetName(question), (KnownFacts{{question, Ends(kNow)}, {question, kFailure}}));
  Put({{question, kFailure}}, kNow + seconds{1});
  EXPECT_EQ(GetName(question), (KnownFacts{{question, kFailure}})) << "it may no longer serve";
}

TEST_F(FactStoreTest, ANameTooLongForAKeyIsNotKept) {
  const Question question = Question::NameList(std::string(300, 'a'), std::string(300, 'b'));
  Put({{question, Ends(kNow)}});
  EXPECT_EQ(GetName(question), KnownFacts{});
}

TEST_F(FactStoreTest, WhatIsForgottenIsGone) {
  Put({{Question::Ptr(), Ends(kNow)},
       {Question::NameList("sender.example", "a.example"), Ends(kNow)},
       {Question::NameList("sender.example", "b.example"), Ends(kNow)},
       {Question::NameList("sender.example.net", "b.example"), Ends(kNow)}});
  environment_.Write([&](WriteTransaction& transaction) {
    EXPECT_TRUE(*store_.Forget(transaction, kClient));
    EXPECT_FALSE(*store_.Forget(transaction, kClient));
    EXPECT_EQ(*store_.ForgetName(transaction, "sender.example"), 2U);
  });
  EXPECT_EQ(Get(), KnownFacts{});
  EXPECT_NE(GetName(Question::NameList("sender.example.net", "b.example")), KnownFacts{});
}

TEST_F(FactStoreTest, ADamagedRecordCountsAsNoneAndIsWrittenAnew) {
  Put({{Question::Ptr(), Ends(kNow)}});
  environment_.Write([&](WriteTransaction& transaction) {
    std::string key;
    transaction.Scan(store_.clients(), {}, [&key](std::string_view found, std::string_view) {
      key = found;
      return false;
    });
    EXPECT_TRUE(transaction.Put(store_.clients(), key, "\x02 damaged"));
  });
  EXPECT_EQ(Get(), KnownFacts{});
  const std::pair fact{Question::Ptr(), Ends(kNow)};
  Put({fact});
  EXPECT_EQ(Get(), KnownFacts{fact});
}

TEST_F(FactStoreTest, ASweepRemovesWhatEndedBeforeAndNothingElse) {
  for (int i = 0; i < 20; ++i) {
    const TimePoint until = kNow + seconds{i % 2};
    Put({{Question::Ptr(), Ends(until)}}, TimePoint{}, Address("192.0.2." + std::to_string(i)));
    Put({{Question::NameList(std::to_string(i), "dbl.example"), Ends(until)}}, TimePoint{});
  }
  std::string position;
  std::uint64_t looked_at = 0, removed = 0;
  int steps = 0;
  do {
    environment_.Write([&](WriteTransaction& transaction) {
      const auto swept = store_.Sweep(transaction, position, {.rows = 7}, kNow + seconds{1}, kNow);
      ASSERT_TRUE(swept);
      EXPECT_LE(swept->looked_at, 7U);
      looked_at += swept->looked_at;
      removed += swept->removed;
    });
  } while (!position.empty() && ++steps < 100);
  EXPECT_EQ(looked_at, 40U);
  EXPECT_EQ(removed, 20U);
  EXPECT_EQ(Get(Address("192.0.2.4")), KnownFacts{});
  EXPECT_EQ(Get(Address("192.0.2.5")).size(), 1U);
}

// The clock was a year ahead, and is right again.
TEST_F(FactStoreTest, ASweepRemovesWhatWasLearntInTheFuture) {
  const auto learnt = [](TimePoint when) {
    Fact fact = Ends(when + seconds{600});
    fact.learnt = when;
    return fact;
  };
  const TimePoint ahead = kNow + seconds{365 * 86400};
  Put({{Question::Ptr(), learnt(ahead)}}, TimePoint{}, Address("192.0.2.1"));
  Put({{Question::Ptr(), learnt(ahead)}, {Question::List("a.example"), learnt(kNow)}}, TimePoint{},
      Address("192.0.2.2"));
  Put({{Question::NameList("a", "dbl.example"), learnt(ahead)}}, TimePoint{});
  std::string position;
  environment_.Write([&](WriteTransaction& transaction) {
    const auto swept = store_.Sweep(transaction, position, {.rows = 100}, kNow, kNow);
    ASSERT_TRUE(swept);
    EXPECT_EQ(swept->removed, 2U);
  });
  EXPECT_EQ(Get(Address("192.0.2.2")).size(), 2U) << "one of the two is of use";
}

TEST_F(FactStoreTest, AnAnswerFromTheFutureMakesWayForAFailure) {
  Fact ahead = Ends(kNow + seconds{365 * 86400 + 60});
  ahead.learnt = kNow + seconds{365 * 86400};
  Put({{Question::Ptr(), ahead}});
  Put({{Question::Ptr(), kFailure}});
  EXPECT_EQ(Get(), (KnownFacts{{Question::Ptr(), kFailure}}));
}

TEST_F(FactStoreTest, EvictionTakesWhatHasEnded) {
  for (int i = 0; i < 10; ++i) {
    Put({{Question::Ptr(), Ends(kNow + seconds{i * 7 % 10})}}, TimePoint{}, Address("192.0.2." + std::to_string(i)));
  }
  std::string position;
  environment_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(*store_.EvictClients(transaction, position, {.rows = 3, .of_rows = 10}, kNow + seconds{2}), 3U);
  });
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Get(Address("192.0.2." + std::to_string(i))).empty(), i * 7 % 10 < 3) << i;
  }
}

Fact LearntAt(TimePoint learnt) {
  Fact fact = Ends(learnt + seconds{86400});
  fact.learnt = learnt;
  return fact;
}

// A flood from everywhere, each client once: whoever was there an hour before stays.
TEST_F(FactStoreTest, EvictionSparesClientsThatCameBack) {
  const auto honest = [](int i) { return Address("198.51." + std::to_string(i) + ".7"); };
  const auto stranger = [](int i) {
    return Address(std::to_string(1 + i % 90) + ".0." + std::to_string(i % 251) + ".9");
  };
  for (int i = 0; i < 20; ++i) Put({{Question::Ptr(), LearntAt(kNow - seconds{7170})}}, TimePoint{}, honest(i));
  for (int i = 0; i < 20; ++i) {
    Put({{Question::List("a.example"), LearntAt(kNow - seconds{3570})}}, TimePoint{}, honest(i));
  }
  for (int i = 0; i < 180; ++i) {
    Put({{Question::Ptr(), LearntAt(kNow - seconds{7171})}}, TimePoint{}, stranger(i));  // the newest would go first
  }
  std::string position;
  environment_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(*store_.EvictClients(transaction, position, {.rows = 150, .of_rows = 200}, kNow), 150U);
  });
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(Get(honest(i)).empty()) << i;
}

// Neighbours in the net lie apart: a few rows in a row are a sample of all.
TEST_F(FactStoreTest, EvictionTakesOfTheNetworkThatHoldsMost) {
  for (int i = 0; i < 250; ++i) {
    Put({{Question::Ptr(), LearntAt(kNow)}}, TimePoint{}, Address("203.0.113." + std::to_string(i)));
    Put({{Question::Ptr(), LearntAt(kNow)}}, TimePoint{},
        Address(std::to_string(1 + i % 120) + "." + std::to_string(i) + ".2.1"));
  }
  std::string position;
  environment_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(*store_.EvictClients(transaction, position, {.rows = 40, .of_rows = 120}, kNow), 40U);
  });
  int left = 0;
  for (int i = 0; i < 250; ++i) {
    left += !Get(Address(std::to_string(1 + i % 120) + "." + std::to_string(i) + ".2.1")).empty();
  }
  EXPECT_EQ(left, 250);
}

TEST_F(FactStoreTest, NamesNearestTheirEndGo) {
  for (int i = 0; i < 10; ++i) {
    Put({{Question::NameList("name" + std::to_string(i), "a.example"), Ends(kNow + seconds{i * 7 % 10})}}, TimePoint{});
  }
  std::string position;
  environment_.Write([&](WriteTransaction& transaction) {
    const auto evicted = store_.EvictNames(transaction, position, 100, 3);
    ASSERT_TRUE(evicted);
    EXPECT_EQ(evicted->removed, 3U);
  });
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(GetName(Question::NameList("name" + std::to_string(i), "a.example")).empty(), i * 7 % 10 < 3) << i;
  }
}

}  // namespace cache::fact_store_test
