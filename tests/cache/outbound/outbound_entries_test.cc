#include "cache/outbound/outbound_entries.h"

#include <gtest/gtest.h>

#include "tests/support/store_environment.h"

namespace cache::outbound_entries_test {

using rules::OutboundEntry;
using rules::OutboundTarget;
using rules::seconds;
using rules::TimePoint;

using Texts = std::vector<std::string>;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 30} + std::chrono::hours{12}};

OutboundTarget Target(std::string_view text) {
  const auto target = OutboundTarget::Parse(text);
  EXPECT_TRUE(target) << text;
  return target ? *target : OutboundTarget();
}

OutboundEntry FullEntry(std::string_view target) {
  return {.target = Target(target),
          .limits = {.recipients_per_hour = rules::Limit{0},
                     .recipients_per_day = rules::Limit{4'294'967'295U},
                     .messages_per_hour = rules::Limit{}},
          .limits_until = kNow + seconds{86400},
          .locked = kNow - seconds{5},
          .locked_until = kNow + seconds{7},
          .released = kNow,
          .forgotten = kNow + seconds{7},
          .comment = "newsletter of the library, ticket 12",
          .author = "hanako",
          .changed = kNow};
}

class OutboundEntriesTest : public testing::Test {
 protected:
  void Put(const OutboundEntry& entry) {
    environment_.Write([&](WriteTransaction& transaction) { ASSERT_TRUE(entries_.Put(transaction, entry)); });
  }
  bool Erase(std::string_view target) {
    bool was_there = false;
    environment_.Write([&](WriteTransaction& transaction) {
      const auto erased = entries_.Erase(transaction, Target(target));
      ASSERT_TRUE(erased);
      was_there = *erased;
    });
    return was_there;
  }
  std::optional<OutboundEntry> Get(std::string_view target) {
    ReadTransaction snapshot(*environment_);
    return entries_.Get(snapshot, Target(target));
  }
  Texts All() {
    ReadTransaction snapshot(*environment_);
    return TargetsOf(entries_.All(snapshot));
  }
  Texts Matching(const std::string& account, const char* client = nullptr) {
    ReadTransaction snapshot(*environment_);
    const auto address = client ? rules::IpAddress::Parse(client) : std::nullopt;
    const auto matching = entries_.Matching(snapshot, account, address);
    error_ = snapshot.TakeError();
    return TargetsOf(matching);
  }
  static Texts TargetsOf(const std::vector<OutboundEntry>& entries) {
    Texts texts;
    for (const OutboundEntry& entry : entries) texts.push_back(entry.target.text);
    return texts;
  }
  std::uint64_t Generation() {
    ReadTransaction snapshot(*environment_);
    return lists_.shape(snapshot).generation;
  }

  support::StoreEnvironment environment_{{"entries.1", "shape.1", "audit.1", "logins.1"}};
  ListStore lists_{*environment_};
  OutboundEntries entries_{environment_->table(3), lists_};
  std::optional<std::string> error_;
};

TEST_F(OutboundEntriesTest, ComeBackAsTheyWere) {
  for (const char* target : {"ann@example.org", "ann", "@example.org", "192.0.2.0/24", "2001:db8::/32"}) {
    Put(FullEntry(target));
    EXPECT_EQ(Get(target), FullEntry(target)) << target;
    const OutboundEntry bare{.target = Target(target)};
    Put(bare);
    EXPECT_EQ(Get(target), bare) << target;
  }
  EXPECT_EQ(All(), (Texts{"ann", "ann@example.org", "@example.org", "192.0.2.0/24", "2001:db8::/32"}));
  EXPECT_TRUE(Erase("ann@example.org"));
  EXPECT_FALSE(Erase("ann@example.org"));
  EXPECT_EQ(Get("ann@example.org"), std::nullopt);
}

TEST_F(OutboundEntriesTest, MatchTheLoginItsDomainAndNetworksOfTheClient) {
  for (const char* target : {"ann@example.org", "ann", "@example.org", "@example.com", "192.0.2.0/24", "192.0.0.0/16",
                             "198.51.100.0/24", "2001:db8::/32"}) {
    Put(FullEntry(target));
  }
  EXPECT_EQ(Matching("ann@example.org"), (Texts{"ann@example.org", "@example.org"}));
  EXPECT_EQ(Matching("bob@example.org", "192.0.2.7"), (Texts{"@example.org", "192.0.0.0/16", "192.0.2.0/24"}));
  EXPECT_EQ(Matching("ann", "2001:db8::7"), (Texts{"ann", "2001:db8::/32"}));
  EXPECT_EQ(Matching("ann@sub.example.org", "203.0.113.1"), Texts());
  EXPECT_EQ(Matching("192.0.2.0/24"), Texts()) << "a login that looks like a network";
  EXPECT_EQ(Matching("@example.org"), Texts{"@example.org"}) << "the pool of the domain";
  EXPECT_EQ(error_, std::nullopt);
}

// A login is what a client says: as long, and as strange, as it likes.
TEST_F(OutboundEntriesTest, TakeAnyLogin) {
  Put(FullEntry("@example.org"));
  for (const std::string& login : {std::string(), std::string("@"), std::string(5000, 'a'), std::string("\0\377", 2),
                                   std::string(600, 'a') + "@" + std::string(600, 'b')}) {
    EXPECT_EQ(Matching(login, "192.0.2.1"), Texts()) << testing::PrintToString(login);
    EXPECT_EQ(error_, std::nullopt) << testing::PrintToString(login);
  }
  EXPECT_EQ(Matching(std::string(5000, 'a') + "@example.org"), Texts{"@example.org"});
  EXPECT_EQ(error_, std::nullopt);
}

TEST_F(OutboundEntriesTest, CountAsAChangeOfTheLists) {
  std::uint64_t generation = Generation();
  Put(FullEntry("ann@example.org"));
  EXPECT_GT(Generation(), generation);
  generation = Generation();
  EXPECT_TRUE(Erase("ann@example.org"));
  EXPECT_GT(Generation(), generation);
}

TEST_F(OutboundEntriesTest, CountAsNoneWhereDamagedAndThatIsTold) {
  struct Case {
    const char* target;
    const char* client;
  };
  for (const auto& [target, client] : {Case{"ann@example.org", "203.0.113.1"}, Case{"192.0.2.0/24", "192.0.2.1"}}) {
    Put(FullEntry(target));
    std::string key;
    std::string bytes;
    {
      ReadTransaction snapshot(*environment_);
      snapshot.Scan(entries_.rows(), {}, [&](std::string_view name, std::string_view value) {
        key = name;
        bytes = value;
        return true;
      });
    }
    const auto put = [&](const std::string& value) {
      environment_.Write(
          [&](WriteTransaction& transaction) { ASSERT_TRUE(transaction.Put(entries_.rows(), key, value)); });
    };
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      put(bytes.substr(0, size));
      EXPECT_EQ(Matching("ann@example.org", client), Texts()) << target << " cut to " << size;
      EXPECT_NE(error_, std::nullopt) << target << " cut to " << size;
    }
    for (const std::string& value : {bytes + "x", "\2" + bytes.substr(1)}) {
      put(value);
      EXPECT_EQ(Matching("ann@example.org", client), Texts());
    }
    for (std::size_t at = 1; at < bytes.size(); ++at) {
      for (int value = 0; value < 256; value += at < 30 ? 1 : 17) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(value);
        put(changed);
        Matching("ann@example.org", client);  // whatever it says: the sanitizers watch
      }
    }
    put("");
    EXPECT_TRUE(Erase(target));
  }
}

// What reads an entry asks a target of its network: a key that is no such target is no entry.
TEST_F(OutboundEntriesTest, OfADamagedKeyAreNone) {
  Put(FullEntry("192.0.2.0/24"));
  std::string bytes;
  {
    ReadTransaction snapshot(*environment_);
    bytes = *snapshot.Get(entries_.rows(),
                          "\3"
                          "192.0.2.0/24");
  }
  environment_.Write([&](WriteTransaction& transaction) {
    for (const char* key : {"\3", "\3x",
                            "\3"
                            "192.0.2.1/24",
                            "\3"
                            "192.0.2.0",
                            "\1"
                            "192.0.3.0/24",
                            "\2"
                            "ann",
                            "\1"
                            "Ann",
                            "\7"
                            "ann"}) {
      ASSERT_TRUE(transaction.Put(entries_.rows(), key, bytes));
    }
  });
  EXPECT_EQ(All(), Texts{"192.0.2.0/24"});
  EXPECT_EQ(Matching("ann", "192.0.2.1"), Texts{"192.0.2.0/24"});
}

}  // namespace cache::outbound_entries_test
