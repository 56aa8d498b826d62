#include "cache/greylist/triplet_store.h"

#include <gtest/gtest.h>

#include "tests/support/store_environment.h"

namespace cache::triplet_store_test {

using rules::AutoWhitelistCount;
using rules::seconds;
using rules::TimePoint;
using rules::Triplet;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};
const TripletId kId{.client_key = "192.0.2.0/24", .sender = "a@sender.example", .recipient = "b@recipient.example"};

Triplet Waiting(TimePoint seen) {
  return {.first_seen = seen, .last_seen = seen, .passes = 0};
}
Triplet Confirmed(TimePoint seen) {
  return {.first_seen = seen - seconds{300}, .last_seen = seen, .passes = 1};
}

class TripletStoreTest : public testing::Test {
 protected:
  void Put(const TripletId& id, const Triplet& record) {
    environment_.Write([&](WriteTransaction& transaction) { EXPECT_TRUE(store_.Put(transaction, id, record)); });
  }
  void PutPasses(std::string_view name, const AutoWhitelistCount& count) {
    environment_.Write([&](WriteTransaction& transaction) { EXPECT_TRUE(store_.PutPasses(transaction, name, count)); });
  }
  std::optional<Triplet> Get(const TripletId& id) {
    ReadTransaction snapshot(*environment_);
    return store_.Get(snapshot, id);
  }
  std::optional<AutoWhitelistCount> GetPasses(std::string_view name) {
    ReadTransaction snapshot(*environment_);
    return store_.GetPasses(snapshot, name);
  }

  support::StoreEnvironment environment_{{"triplets", "passes", "greylist"}};
  TripletStore store_{*environment_, rules::HashKey{1, 2, 3}, environment_->table(2)};
};

TripletId WithSender(std::string_view sender) {
  return {.client_key = kId.client_key, .sender = sender, .recipient = kId.recipient};
}

TEST_F(TripletStoreTest, AnyDifferentPartIsAnotherTriplet) {
  Put(kId, Waiting(kNow));
  EXPECT_EQ(Get(kId), Waiting(kNow));
  EXPECT_EQ(Get({"192.0.3.0/24", kId.sender, kId.recipient}), std::nullopt);
  EXPECT_EQ(Get(WithSender("c@sender.example")), std::nullopt);
  EXPECT_EQ(Get({kId.client_key, kId.sender, "c@recipient.example"}), std::nullopt);
  EXPECT_EQ(Get({kId.client_key, std::string_view(kId.sender).substr(0, 15), "eb@recipient.example"}), std::nullopt)
      << "what ends the sender must not begin the recipient";
}

TEST_F(TripletStoreTest, AnotherSecretFindsNothing) {
  Put(kId, Waiting(kNow));
  const TripletStore other(*environment_, rules::HashKey{9}, environment_->table(2));
  ReadTransaction snapshot(*environment_);
  EXPECT_EQ(other.Get(snapshot, kId), std::nullopt);
}

TEST_F(TripletStoreTest, RowsOfOneNetworkLieTogether) {
  for (const char* network : {"192.0.2.0/24", "198.51.100.0/24"}) {
    for (const char* sender : {"a", "b", "c"}) Put({network, sender, "r"}, Waiting(kNow));
  }
  ReadTransaction snapshot(*environment_);
  std::vector<std::string> networks;
  store_.Scan(snapshot, [&](const TripletRow& row) {
    if (networks.empty() || networks.back() != row.client_key) networks.push_back(row.client_key);
    return true;
  });
  EXPECT_EQ(networks.size(), 2U);
}

TEST_F(TripletStoreTest, AScanShowsTheWaitingOnesUntilTold) {
  Put(WithSender("waiting"), Waiting(kNow));
  Put(WithSender("also waiting"), Waiting(kNow));
  Put(WithSender("confirmed"), Confirmed(kNow));
  ReadTransaction snapshot(*environment_);
  int visits = 0;
  store_.Scan(snapshot, [&](const TripletRow& row) {
    EXPECT_NE(row.sender, "confirmed");
    EXPECT_EQ(row.client_key, kId.client_key);
    EXPECT_EQ(row.record, Waiting(kNow));
    return ++visits < 5;
  });
  EXPECT_EQ(visits, 2);
  visits = 0;
  store_.Scan(snapshot, [&](const TripletRow&) { return ++visits < 1; });
  EXPECT_EQ(visits, 1);
}

TEST_F(TripletStoreTest, RemovesOne) {
  Put(kId, Waiting(kNow));
  environment_.Write([&](WriteTransaction& transaction) {
    EXPECT_TRUE(*store_.Remove(transaction, kId));
    EXPECT_FALSE(*store_.Remove(transaction, kId));
  });
  EXPECT_EQ(Get(kId), std::nullopt);
}

TEST_F(TripletStoreTest, PassesAreCountedPerName) {
  const AutoWhitelistCount count{.passes = 3, .last_pass = kNow};
  PutPasses("mail.sender.example", count);
  EXPECT_EQ(GetPasses("mail.sender.example"), count);
  EXPECT_EQ(GetPasses("sender.example"), std::nullopt);
  PutPasses(std::string(1000, 'a'), count);  // longer than any host name: cut, not refused
  EXPECT_EQ(GetPasses(std::string(1000, 'a')), count);
}

TEST_F(TripletStoreTest, ADamagedRecordCountsAsNone) {
  Put(kId, Waiting(kNow));
  environment_.Write([&](WriteTransaction& transaction) {
    std::string key;
    transaction.Scan(store_.triplets(), {}, [&](std::string_view found, std::string_view) {
      key = found;
      return true;
    });
    EXPECT_EQ(key.size(), 16U);
    EXPECT_TRUE(transaction.Put(store_.triplets(), key, "\x09"));
  });
  EXPECT_EQ(Get(kId), std::nullopt);
}

// Waiting ones end by when they were first seen, confirmed ones and passes by when they were last seen.
TEST_F(TripletStoreTest, ASweepRemovesWhatEndedBeforeTheEnds) {
  const TripletStore::Ends ends{
      .waiting_before = kNow - seconds{100}, .confirmed_before = kNow - seconds{1000}, .now = kNow};
  Put(WithSender("waiting at the end"), Waiting(kNow - seconds{100}));
  Put(WithSender("waiting beyond"), {kNow - seconds{101}, kNow, 0});
  Put(WithSender("confirmed at the end"), Confirmed(kNow - seconds{1000}));
  Put(WithSender("confirmed beyond"), Confirmed(kNow - seconds{1001}));
  PutPasses("at.the.end.example", {.passes = 9, .last_pass = kNow - seconds{1000}});
  PutPasses("beyond.example", {.passes = 9, .last_pass = kNow - seconds{1001}});

  std::string position;
  std::uint64_t looked_at = 0;
  int steps = 0;
  do {
    environment_.Write([&](WriteTransaction& transaction) {
      const auto swept = store_.Sweep(transaction, position, {.rows = 2}, ends, [](ClientHash) {});
      ASSERT_TRUE(swept);
      looked_at += swept->looked_at;
    });
  } while (!position.empty() && ++steps < 100);
  EXPECT_EQ(looked_at, 6U);
  EXPECT_NE(Get(WithSender("waiting at the end")), std::nullopt);
  EXPECT_EQ(Get(WithSender("waiting beyond")), std::nullopt);
  EXPECT_NE(Get(WithSender("confirmed at the end")), std::nullopt);
  EXPECT_EQ(Get(WithSender("confirmed beyond")), std::nullopt);
  EXPECT_NE(GetPasses("at.the.end.example"), std::nullopt);
  EXPECT_EQ(GetPasses("beyond.example"), std::nullopt);
}

// The clock was two weeks ahead, and is right again.
TEST_F(TripletStoreTest, ASweepSettlesTimesInTheFuture) {
  const TimePoint ahead = kNow + seconds{14 * 86400};
  Put(WithSender("waits"), Waiting(ahead));
  Put(WithSender("confirmed"), Confirmed(ahead));
  Put(WithSender("seen last"), {.first_seen = kNow - seconds{900}, .last_seen = ahead, .passes = 2});
  PutPasses("mail.sender.example", {.passes = 9, .last_pass = ahead});
  PutPasses("192.0.2.0/24", {.passes = 9, .last_pass = kNow});
  std::string position;
  environment_.Write([&](WriteTransaction& transaction) {
    const TripletStore::Ends ends{.waiting_before = kNow, .confirmed_before = kNow, .now = kNow};
    EXPECT_TRUE(store_.Sweep(transaction, position, {.rows = 100}, ends, [](ClientHash) {}));
  });
  EXPECT_EQ(Get(WithSender("waits")), std::nullopt) << "it would be the last that an eviction takes";
  EXPECT_EQ(Get(WithSender("confirmed")), (Triplet{.first_seen = kNow, .last_seen = kNow, .passes = 1}));
  EXPECT_EQ(Get(WithSender("seen last")), (Triplet{.first_seen = kNow - seconds{900}, .last_seen = kNow, .passes = 2}));
  EXPECT_EQ(GetPasses("mail.sender.example"), (AutoWhitelistCount{.passes = 9, .last_pass = kNow}));
  EXPECT_EQ(GetPasses("192.0.2.0/24"), std::nullopt) << "nobody earns for a network any more";
}

TEST_F(TripletStoreTest, EvictionTakesWhatWaitsAndNoConfirmed) {
  Put(WithSender("confirmed"), Confirmed(kNow - seconds{100'000}));
  Put(WithSender("oldest"), Waiting(kNow - seconds{30}));
  Put(WithSender("older"), Waiting(kNow - seconds{20}));
  Put(WithSender("newest"), Waiting(kNow - seconds{10}));
  std::string position;
  environment_.Write([&](WriteTransaction& transaction) {
    const auto evicted = store_.Evict(transaction, position, {.rows = 2, .of_rows = 3});
    ASSERT_TRUE(evicted);
    EXPECT_EQ(*evicted, 2U);
  });
  EXPECT_NE(Get(WithSender("confirmed")), std::nullopt);
  EXPECT_NE(Get(WithSender("oldest")), std::nullopt);
  EXPECT_EQ(Get(WithSender("older")), std::nullopt);
  EXPECT_EQ(Get(WithSender("newest")), std::nullopt);
}

// Where confirmed ones fill a store they go as well, by share: a flood that came back, and not the senders of years.
TEST_F(TripletStoreTest, WhereAllMayGoConfirmedOnesOfAFloodGo) {
  const auto put = [&](const std::string& key, const std::string& client, const Triplet& record) {
    environment_.Write([&](WriteTransaction& transaction) {
      const TripletId id{key, "s", "r", rules::IpAddress::Parse(client)};
      ASSERT_TRUE(store_.Put(transaction, id, record));
    });
  };
  for (int i = 0; i < 300; ++i) {
    const std::string name = std::to_string(i);
    put("flood" + name, "203.0." + std::to_string(i % 200) + ".9", Confirmed(kNow));
    if (i < 60) put("honest" + name, std::to_string(20 + i) + ".51.1.9", Confirmed(kNow - seconds{86400} * i));
  }
  std::string position;
  environment_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(*store_.Evict(transaction, position, {.rows = 200, .of_rows = 360}), 0U) << "nothing waits";
    position.clear();
    EXPECT_EQ(*store_.Evict(transaction, position, {.rows = 200, .of_rows = 360}, TripletStore::Among::kAll), 200U);
  });
  for (int i = 0; i < 60; ++i) {
    const std::string key = "honest" + std::to_string(i);
    EXPECT_NE(Get({key, "s", "r"}), std::nullopt) << key;
  }
}

// A sender chooses its names, too: what waits under a name counts for the network of its client.
TEST_F(TripletStoreTest, RowsUnderNamesGoWithTheNetworkOfTheirClient) {
  const auto put = [&](const std::string& name, const char* client) {
    environment_.Write([&](WriteTransaction& transaction) {
      const TripletId id{name, "s", "r", rules::IpAddress::Parse(client)};
      ASSERT_TRUE(store_.Put(transaction, id, Waiting(kNow)));
    });
  };
  for (int i = 0; i < 100; ++i) put("invented" + std::to_string(i) + ".example", "203.0.113.9");
  for (int i = 0; i < 40; ++i) {
    put("honest" + std::to_string(i) + ".example", ("198.51." + std::to_string(i) + ".1").c_str());
  }
  std::string position;
  environment_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(*store_.Evict(transaction, position, {.rows = 50, .of_rows = 140}), 50U);
  });
  for (int i = 0; i < 40; ++i) {
    const std::string name = "honest" + std::to_string(i) + ".example";
    EXPECT_NE(Get({name, "s", "r"}), std::nullopt) << name;
  }
}

// Those of nobody's flood are known when they come back, without a row.
TEST_F(TripletStoreTest, WhatWasPushedOutWithoutStandingOutIsRemembered) {
  std::vector<std::string> networks;
  for (int i = 0; i < 64; ++i) networks.push_back(std::to_string(20 + i) + ".0.2.0/24");
  for (const std::string& network : networks) Put({network, "s", "r"}, Waiting(kNow - seconds{200}));
  std::string position;
  environment_.Write([&](WriteTransaction& transaction) {
    EXPECT_EQ(*store_.Evict(transaction, position, {.rows = 64, .of_rows = 64}), 64U);
  });
  ReadTransaction snapshot(*environment_);
  for (const std::string& network : networks) {
    const TripletId id{network, "s", "r"};
    EXPECT_EQ(store_.Get(snapshot, id), std::nullopt);
    EXPECT_EQ(store_.GetPushedOut(id, kNow), Waiting(kNow - seconds{200})) << network;
  }
  EXPECT_EQ(store_.GetPushedOut({"20.0.2.0/24", "another", "r"}, kNow), std::nullopt);
}

// Bytes of the file per row, page and key included.
std::uint64_t BytesPerRow(const Triplet& record, int rows) {
  support::StoreEnvironment environment({"triplets", "passes", "greylist"});
  const TripletStore store(*environment, rules::HashKey{}, environment->table(2));
  for (int done = 0; done < rows;) {
    environment.Write([&](WriteTransaction& transaction) {
      for (const int end = done + 1000; done < end; ++done) {
        const std::string network = "192.0." + std::to_string(done % 256) + ".0/24";
        const std::string sender = "someone.with.a.name." + std::to_string(done) + "@mail.sender.example";
        ASSERT_TRUE(store.Put(transaction, {network, sender, "somebody.else@department.recipient.example"}, record));
      }
    });
  }
  const auto usage = environment->usage();
  return (usage.used_bytes - usage.free_bytes) / static_cast<std::uint64_t>(rows);
}

TEST(TripletSizeTest, AConfirmedRowIsSmall) {
  EXPECT_LE(BytesPerRow(Confirmed(kNow), 20'000), 160U);
}
TEST(TripletSizeTest, AWaitingRowIsBounded) {
  EXPECT_LE(BytesPerRow(Waiting(kNow), 20'000), 320U);
}

}  // namespace cache::triplet_store_test
