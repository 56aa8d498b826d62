#include "cache/lists/list_store.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/store_environment.h"

namespace cache::list_store_test {

using rules::ListEntry;
using rules::ListKind;
using rules::seconds;
using rules::Target;
using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

ListEntry Entry(ListKind list, std::string_view target) {
  const auto parsed = Target::Parse(target);
  EXPECT_TRUE(parsed) << target;
  return {.list = list,
          .target = parsed ? *parsed : Target{},
          .action = rules::BlockAction::kReject,
          .if_confirmed = {},
          .comment = "why",
          .author = "hanako",
          .created = kNow,
          .expires = std::nullopt};
}

ListEntry White(std::string_view target) {
  return Entry(ListKind::kWhitelist, target);
}
ListEntry Black(std::string_view target) {
  return Entry(ListKind::kBlocklist, target);
}

class ListStoreTest : public testing::Test {
 protected:
  void Put(const ListEntry& entry) {
    environment_.Write([&](WriteTransaction& transaction) { EXPECT_TRUE(store_.Put(transaction, entry)); });
  }
  bool Remove(const ListEntry& entry) {
    bool was_there = false;
    environment_.Write([&](WriteTransaction& transaction) {
      const auto removed = store_.Remove(transaction, entry.list, entry.target);
      ASSERT_TRUE(removed);
      was_there = *removed;
    });
    return was_there;
  }
  rules::ListMatches Client(std::string_view address, TimePoint now = kNow) {
    ReadTransaction snapshot(*environment_);
    return store_.MatchClient(snapshot, rules::IpAddress::Parse(address).value(), now);
  }
  rules::ListMatches Name(std::string_view name, TimePoint now = kNow) {
    ReadTransaction snapshot(*environment_);
    return store_.MatchName(snapshot, name, now);
  }
  ListShape Shape() {
    ReadTransaction snapshot(*environment_);
    return store_.shape(snapshot);
  }

  support::StoreEnvironment environment_{{"entries", "shape"}};
  ListStore store_{*environment_};
};

// "+target" for the whitelist, "-target" for the blocklist, in any order.
std::vector<std::string> Shown(const rules::ListMatches& matches) {
  std::vector<std::string> shown;
  for (const ListEntry& entry : matches.entries) {
    shown.push_back((entry.list == ListKind::kWhitelist ? "+" : "-") + entry.target.text);
  }
  std::sort(shown.begin(), shown.end());
  return shown;
}

using Strings = std::vector<std::string>;

TEST_F(ListStoreTest, EmptyListsMatchNothing) {
  EXPECT_EQ(Client("192.0.2.1"), rules::ListMatches{});
  EXPECT_EQ(Name("mail.sender.example"), rules::ListMatches{});
}

TEST_F(ListStoreTest, EveryEntryForTheAddressMatches) {
  for (const char* target : {"192.0.2.1", "192.0.2.0/24", "2001:db8::/32"}) Put(White(target));
  Put(Black("192.0.2.1"));
  Put(Black("192.0.2.0/25"));
  Put(Black("0.0.0.0/0"));
  Put(Black("198.51.100.0/24"));
  EXPECT_EQ(Shown(Client("192.0.2.1")),
            (Strings{"+192.0.2.0/24", "+192.0.2.1", "-0.0.0.0/0", "-192.0.2.0/25", "-192.0.2.1"}));
  EXPECT_EQ(Shown(Client("192.0.2.200")), (Strings{"+192.0.2.0/24", "-0.0.0.0/0"}));
  EXPECT_EQ(Shown(Client("2001:db8::1")), (Strings{"+2001:db8::/32"}));
  EXPECT_EQ(Shown(Client("::ffff:192.0.2.200")), (Strings{"+192.0.2.0/24", "-0.0.0.0/0"}));
}

TEST_F(ListStoreTest, NamesMatchByHostAndByDomain) {
  for (const char* target : {"mail.sender.example", ".sender.example", ".example", "sender.example"}) {
    Put(White(target));
  }
  EXPECT_EQ(Shown(Name("mail.sender.example")), (Strings{"+.example", "+.sender.example", "+mail.sender.example"}));
  EXPECT_EQ(Shown(Name("sender.example")), (Strings{"+.example", "+.sender.example", "+sender.example"}));
  EXPECT_EQ(Shown(Name("notsender.example")), (Strings{"+.example"}));
}

TEST_F(ListStoreTest, SendersAndRecipientsMatchByAddressAndDomain) {
  for (const char* target : {"a@sender.example", "@sender.example", "rcpt:a@sender.example", "rcpt:@sender.example"}) {
    Put(Black(target));
  }
  ReadTransaction snapshot(*environment_);
  EXPECT_EQ(Shown(store_.MatchSender(snapshot, "a@sender.example", kNow)),
            (Strings{"-@sender.example", "-a@sender.example"}));
  EXPECT_EQ(Shown(store_.MatchSender(snapshot, "b@sender.example", kNow)), (Strings{"-@sender.example"}));
  EXPECT_EQ(Shown(store_.MatchSender(snapshot, "", kNow)), Strings{});
  EXPECT_EQ(Shown(store_.MatchRecipient(snapshot, "a@sender.example", kNow)),
            (Strings{"-rcpt:@sender.example", "-rcpt:a@sender.example"}));
}

TEST_F(ListStoreTest, AnExpiredEntryMatchesNoMoreFromItsEndOn) {
  ListEntry entry = White("192.0.2.1");
  entry.expires = kNow + seconds{60};
  Put(entry);
  EXPECT_EQ(Shown(Client("192.0.2.1", kNow + seconds{59})), (Strings{"+192.0.2.1"}));
  EXPECT_EQ(Shown(Client("192.0.2.1", kNow + seconds{60})), Strings{});
}

TEST_F(ListStoreTest, SaysWhetherEntriesByNameExist) {
  Put(White("192.0.2.1"));
  EXPECT_FALSE(Client("192.0.2.9").has_name_entries);
  for (const char* target : {"mail.sender.example", ".sender.example", "/^mail/"}) {
    Put(Black(target));
    EXPECT_TRUE(Client("192.0.2.9").has_name_entries) << target;
    EXPECT_TRUE(Remove(Black(target)));
    EXPECT_FALSE(Client("192.0.2.9").has_name_entries) << target;
  }
}

TEST_F(ListStoreTest, ATargetThatIsThereIsReplaced) {
  environment_.Write([&](WriteTransaction& transaction) {
    EXPECT_FALSE(*store_.Put(transaction, White("192.0.2.0/24")));
    ListEntry again = White("192.0.2.0/24");
    again.comment = "another reason";
    EXPECT_TRUE(*store_.Put(transaction, again));
    EXPECT_FALSE(*store_.Put(transaction, Black("192.0.2.0/24"))) << "the other list is another list";
  });
  ReadTransaction snapshot(*environment_);
  const auto found = store_.Find(snapshot, ListKind::kWhitelist, White("192.0.2.0/24").target);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->comment, "another reason");
}

TEST_F(ListStoreTest, WhatIsNotInUseIsNotLookedUp) {
  Put(White("192.0.2.0/24"));
  Put(White("198.51.100.0/24"));
  Put(Black("2001:db8::/32"));
  const std::uint64_t generation = Shape().generation;
  ASSERT_EQ(Shape().prefixes.size(), 2U);
  EXPECT_TRUE(Remove(White("192.0.2.0/24")));
  EXPECT_FALSE(Remove(White("192.0.2.0/24")));
  EXPECT_EQ(Shape().prefixes.size(), 2U) << "one of the two is left";
  EXPECT_EQ(Shown(Client("198.51.100.1")), (Strings{"+198.51.100.0/24"}));
  EXPECT_TRUE(Remove(White("198.51.100.0/24")));
  EXPECT_EQ(Shape().prefixes.size(), 1U);
  EXPECT_FALSE(Shape().has(Target::Kind::kAddress));
  EXPECT_GT(Shape().generation, generation);
}

TEST_F(ListStoreTest, DomainsAreLookedUpAsLongAsThereAreAny) {
  for (const char* target : {".sender.example", ".other.example", ".example"}) Put(White(target));
  Put(Black(".mail.sender.example"));
  const auto may_hold = [this](ListKind list, const char* domain) {
    return Shape().may_hold(list, White(domain).target);
  };
  EXPECT_TRUE(may_hold(ListKind::kWhitelist, ".any.test"));
  EXPECT_FALSE(may_hold(ListKind::kBlocklist, ".any.test"));
  EXPECT_TRUE(may_hold(ListKind::kBlocklist, ".longer.any.test"));
  EXPECT_EQ(Shown(Name("mail.sender.example")), (Strings{"+.example", "+.sender.example", "-.mail.sender.example"}));
  EXPECT_TRUE(Remove(White(".sender.example")));
  EXPECT_TRUE(may_hold(ListKind::kWhitelist, ".any.test")) << "one of the two is left";
  EXPECT_TRUE(Remove(White(".other.example")));
  EXPECT_FALSE(may_hold(ListKind::kWhitelist, ".any.test"));
  EXPECT_EQ(Shown(Name("mail.sender.example")), (Strings{"+.example", "-.mail.sender.example"}));
}

TEST_F(ListStoreTest, PatternsMatchAndWhitelistedOnesComeFirst) {
  Put(Black("/^mail[0-9]+\\./"));
  EXPECT_EQ(Shown(Name("mail7.sender.example")), (Strings{"-/^mail[0-9]+\\./"}));
  EXPECT_EQ(Shown(Name("mail.sender.example")), Strings{});
  Put(White("/sender/"));
  EXPECT_EQ(Shown(Name("mail7.sender.example")), (Strings{"+/sender/"}));
  EXPECT_TRUE(Remove(White("/sender/")));
  EXPECT_EQ(Shown(Name("mail7.sender.example")), (Strings{"-/^mail[0-9]+\\./"}));
}

TEST_F(ListStoreTest, AnExpiredPatternHidesNoOther) {
  ListEntry ending = White("/sender/");
  ending.expires = kNow + seconds{60};
  Put(ending);
  Put(Black("/mail/"));
  EXPECT_EQ(Shown(Name("mail.sender.example", kNow + seconds{59})), (Strings{"+/sender/"}));
  EXPECT_EQ(Shown(Name("mail.sender.example", kNow + seconds{60})), (Strings{"-/mail/"}));
  EXPECT_EQ(Shown(Name("mail.sender.example", kNow)), (Strings{"+/sender/"})) << "a clock may go back";
}

TEST_F(ListStoreTest, APatternThatCannotBeCompiledStopsNoOther) {
  ListEntry broken = Black("/good/");
  broken.target.text = "/(bad/";
  Put(broken);
  Put(Black("/good/"));
  EXPECT_EQ(Shown(Name("good.example")), (Strings{"-/good/"}));
}

TEST_F(ListStoreTest, PatternsAreCountedAndBounded) {
  environment_.Write([&](WriteTransaction& transaction) {
    for (std::uint64_t i = 0; i < ListStore::kMaxPatterns; ++i) {
      ASSERT_TRUE(store_.Put(transaction, Black("/p" + std::to_string(i) + "/")));
    }
    EXPECT_FALSE(store_.Put(transaction, White("/one more/")));
    EXPECT_TRUE(store_.Put(transaction, Black("/p7/"))) << "replacing adds none";
    EXPECT_TRUE(store_.Put(transaction, White("192.0.2.1")));
  });
}

TEST_F(ListStoreTest, ATargetTooLongForAKeyIsRefused) {
  ListEntry entry = Black("/a/");
  entry.target.text = "/" + std::string(600, 'a') + "/";
  environment_.Write([&](WriteTransaction& transaction) {
    const auto put = store_.Put(transaction, entry);
    ASSERT_FALSE(put);
    EXPECT_EQ(put.error().message, "expected a target of at most 480 bytes, got 602");
  });
}

TEST_F(ListStoreTest, AScanVisitsOneListUntilTold) {
  for (const char* target : {"192.0.2.1", ".sender.example", "rcpt:@recipient.example"}) Put(White(target));
  Put(Black("192.0.2.2"));
  ReadTransaction snapshot(*environment_);
  Strings got;
  store_.Scan(snapshot, ListKind::kWhitelist, [&](const ListEntry& entry) {
    got.push_back(entry.target.text);
    return true;
  });
  EXPECT_EQ(got, (Strings{"192.0.2.1", ".sender.example", "rcpt:@recipient.example"}));
  int visits = 0;
  store_.Scan(snapshot, ListKind::kWhitelist, [&](const ListEntry&) { return ++visits < 2; });
  EXPECT_EQ(visits, 2);
}

TEST_F(ListStoreTest, ADamagedShapeHidesNoEntryAndIsCountedAnew) {
  Put(White("192.0.2.0/24"));
  Put(Black(".sender.example"));
  const Table shape = environment_->table(1);
  environment_.Write([&](WriteTransaction& transaction) { EXPECT_TRUE(transaction.Put(shape, "shape", "damaged")); });
  EXPECT_EQ(Shown(Client("192.0.2.1")), (Strings{"+192.0.2.0/24"}));
  EXPECT_EQ(Shown(Name("mail.sender.example")), (Strings{"-.sender.example"}));
  Put(White("192.0.2.1"));
  EXPECT_EQ(Shape().prefixes.size(), 1U);
  EXPECT_EQ(Shape().count(ListKind::kWhitelist, Target::Kind::kAddress), 1U);
  EXPECT_EQ(Shape().count(ListKind::kBlocklist, Target::Kind::kDomain), 1U);
}

TEST_F(ListStoreTest, ADamagedEntryCountsAsNone) {
  Put(White("192.0.2.1"));
  environment_.Write([&](WriteTransaction& transaction) {
    EXPECT_TRUE(transaction.Put(store_.entries(), std::string("\x01\x01\xc0\x00\x02\x01", 6), "\x01"));
  });
  EXPECT_EQ(Shown(Client("192.0.2.1")), Strings{});
}

}  // namespace cache::list_store_test
