#include "cache/facts/fact_record.h"

#include <gtest/gtest.h>

#include "cache/lmdb/bytes.h"

namespace cache::fact_record_test {

using rules::Fact;
using rules::IpAddress;
using rules::Question;
using rules::seconds;
using rules::TimePoint;
using State = Fact::State;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours{9}};

IpAddress Address(const char* text) {
  return IpAddress::Parse(text).value();
}

Fact Answer(State state, seconds lifetime) {
  Fact fact;
  fact.state = state;
  fact.learnt = kNow;
  fact.until = kNow + lifetime;
  return fact;
}

Fact Names(rules::HostNames names) {
  Fact fact = Answer(State::kPresent, seconds{86400});
  fact.records = std::move(names);
  return fact;
}

Fact Records(rules::Addresses addresses) {
  Fact fact = Answer(State::kPresent, seconds{86400});
  fact.records = std::move(addresses);
  return fact;
}

KnownFacts CleanClient() {
  KnownFacts facts{{Question::Ptr(), Names({"mail.sender.example"})},
                   {Question::Forward("mail.sender.example"), Records({Address("192.0.2.1")})}};
  for (const char* zone :
       {"zen.spamhaus.org", "bl.spamcop.net", "b.barracudacentral.org", "psbl.surriel.com", "list.dnswl.org"}) {
    facts.emplace_back(Question::List(zone), Answer(State::kAbsent, seconds{3600}));
  }
  return facts;
}

TEST(FactRecordTest, FactsComeBack) {
  KnownFacts facts = CleanClient();
  facts.emplace_back(Question::List("listed.example"), Records({Address("127.0.0.2"), Address("127.0.0.10")}));
  facts.emplace_back(Question::Forward("v6.sender.example"), Records({Address("2001:db8::25")}));
  Fact failed = Answer(State::kUnavailable, seconds{30});
  failed.server_answers_others = true;
  facts.emplace_back(Question::Ptr(), failed);
  Fact cut = Records({Address("192.0.2.1")});
  cut.is_cut = true;
  facts.emplace_back(Question::Forward("farm.example"), cut);
  facts.emplace_back(Question::List("never.example"), Fact{});
  EXPECT_EQ(DecodeFacts(EncodeFacts(facts)), facts);
}

KnownFacts OfAName() {
  Fact texts = Answer(State::kPresent, seconds{300});
  texts.records = rules::Texts{.whole = {"v=spf1 -all", ""}, .begun = {"v=DKIM1; p=MIIBI"}};
  Fact hosts = Answer(State::kPresent, seconds{300});
  hosts.records = rules::MailHosts{{.preference = 0, .name = ""}, {.preference = 65535, .name = "mx.example"}};
  Fact no_name = Answer(State::kAbsent, seconds{300});
  no_name.is_no_name = true;
  return {
      {Question::NameList({}, {}), texts}, {Question::NameList({}, {}), hosts}, {Question::NameList({}, {}), no_name}};
}

// The key of such a record says the Question.
TEST(FactRecordTest, TextsAndMailHostsComeBack) {
  KnownFacts facts = OfAName();
  EXPECT_EQ(DecodeFacts(EncodeFacts(facts)), facts);
}

// What the version before wrote is read: a daemon that was brought up to date knows its clients.
TEST(FactRecordTest, ARecordOfTheSecondVersionIsRead) {
  std::string bytes = EncodeFacts(CleanClient(), {.end = {}, .first = kNow, .came_back = true});
  bytes.front() = 2;
  EXPECT_EQ(DecodeFacts(bytes), CleanClient());
  EXPECT_TRUE(DecodeFactsHead(bytes)->came_back);
  bytes.front() = 1;
  EXPECT_FALSE(DecodeFacts(bytes));
}

TEST(FactRecordTest, WhatWasCutOrIsOfANewerVersionCountsAsNone) {
  for (const std::string& bytes : {EncodeFacts(CleanClient()), EncodeFacts(OfAName())}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(DecodeFacts(bytes.substr(0, size))) << size;
    EXPECT_FALSE(DecodeFacts(bytes + "x"));
    EXPECT_FALSE(DecodeFacts("\x7f" + bytes.substr(1)));
  }
}

TEST(FactRecordTest, NoChangeOfBytesDoesHarm) {
  for (const std::string& bytes : {EncodeFacts(CleanClient()), EncodeFacts(OfAName())}) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (int value = 0; value < 256; ++value) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(value);
        static_cast<void>(DecodeFacts(changed));  // whatever it says: the sanitizers watch
      }
    }
  }
}

TEST(FactRecordTest, ACleanClientIsSmall) {
  EXPECT_LE(EncodeFacts(CleanClient()).size(), 200U);
}

TEST(FactRecordTest, TheLastEndIsFoundInFront) {
  const std::string bytes = EncodeFacts(CleanClient());
  EXPECT_EQ(LatestEnd(bytes), kNow + seconds{86400});
  EXPECT_EQ(LatestEnd(bytes.substr(0, 16)), kNow + seconds{86400});
}

TEST(FactRecordTest, TheHeadOfFactsSaysHowLongAClientIsKnown) {
  const auto head = DecodeFactsHead(EncodeFacts(CleanClient(), {.end = {}, .first = kNow, .came_back = true}));
  ASSERT_TRUE(head);
  EXPECT_EQ(head->end, kNow + seconds{86400});
  EXPECT_EQ(head->first, kNow);
  EXPECT_TRUE(head->came_back);
}

TEST(FactRecordTest, FactsBeyondTheLimitsAreCut) {
  KnownFacts facts{{Question::Ptr(), Names(rules::HostNames(11, "a.example"))},
                   {Question::Forward("a.example"), Records(rules::Addresses(101, Address("192.0.2.1")))}};
  facts.resize(300, {Question::List("zone.example"), Fact{}});
  const auto got = DecodeFacts(EncodeFacts(facts));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->size(), kMaxClientFacts);
  EXPECT_EQ(got->at(0).second.Get<rules::HostNames>().size(), rules::kMaxPtrNames);
  EXPECT_EQ(got->at(1).second.Get<rules::Addresses>().size(), rules::kMaxAddresses);
  EXPECT_TRUE(got->at(0).second.is_cut);
  EXPECT_TRUE(got->at(1).second.is_cut);
}

}  // namespace cache::fact_record_test
