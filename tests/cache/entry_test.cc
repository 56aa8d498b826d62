#include "cache/entry.h"

#include <functional>
#include <random>

#include <gtest/gtest.h>

#include "cache/greylist/triplet_store.h"
#include "cache/journal/journal.h"
#include "cache/lists/audit.h"
#include "cache/lists/list_shape.h"
#include "cache/lmdb/bytes.h"

namespace cache::entry_test {

using rules::IpAddress;
using rules::seconds;
using rules::TimePoint;

const TimePoint kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + std::chrono::hours{9}};

IpAddress Address(const char* text) {
  return IpAddress::Parse(text).value();
}

rules::ListEntry FullEntry() {
  return {.list = rules::ListKind::kBlocklist,
          .target = {.kind = rules::Target::Kind::kSender, .text = "someone@sender.example"},
          .action = rules::BlockAction::kHold,
          .if_confirmed = "sender.example",
          .comment = "ticket 12, \xe9\x96\xa2\xe5\xae\x88",
          .author = "hanako",
          .created = kNow,
          .expires = kNow + seconds{60}};
}

JournalRow FullJournalRow() {
  JournalRow row;
  row.reference.code = (std::uint64_t{1} << 45) - 1;
  row.first = kNow;
  row.last = kNow + seconds{3600};
  row.times = 7;
  row.client = Address("2001:db8::1");
  row.name = "name";
  row.reverse_dns = "no_ptr";
  row.helo = "helo";
  row.sender = "a@sender.example";
  row.recipient = "b@recipient.example";
  row.action = "defer";
  row.reason = "no_ptr";
  row.mode = "enforce";
  row.score = "8.0";
  row.signals = "no_ptr:8";
  row.reply = "DEFER_IF_PERMIT 4.7.1";
  row.facts = {
      {.asked = "ptr", .name = "", .list = "", .answer = "absent", .records = {}, .age = seconds{5}},
      {.asked = "list", .name = "", .list = "zen.example", .answer = "present", .records = {"127.0.0.2"}, .age = {}}};
  row.recipient_class = "students";
  row.shadow = "reject; score=8.0; signals=no_ptr:8";
  row.would = "reject";
  row.entry = "192.0.2.0/24";
  row.table = "clients.pcre:12";
  row.spf = "softfail";
  return row;
}

TEST(EntryTest, AWaitingTripletKeepsItsTextsBounded) {
  const std::string longest(200, 'x');
  const TripletRow row{.client_key = "192.0.2.0/24", .sender = longest, .recipient = "", .record = {kNow, kNow, 0}};
  const auto got = DecodeTriplet(EncodeTriplet(row));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->client_key, "192.0.2.0/24");
  EXPECT_EQ(got->sender, longest.substr(0, 64));
  EXPECT_EQ(got->recipient, "");
  EXPECT_EQ(got->record, row.record);
  EXPECT_LE(EncodeTriplet({longest, longest, longest, row.record}).size(), 320U - 40U);
}

TEST(EntryTest, AConfirmedTripletKeepsNoText) {
  const TripletRow row{.client_key = "192.0.2.0/24",
                       .sender = "a@sender.example",
                       .recipient = "b@recipient.example",
                       .record = {kNow - seconds{86400}, kNow, 3}};
  const std::string bytes = EncodeTriplet(row);
  const auto got = DecodeTriplet(bytes);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->client_key + got->sender + got->recipient, "");
  EXPECT_EQ(got->record, row.record);
  EXPECT_EQ(DecodeTripletRecord(bytes), row.record);
  EXPECT_LE(bytes.size(), 16U);
}

TEST(EntryTest, OtherRecordsComeBack) {
  const rules::AutoWhitelistCount passes{.passes = 5, .last_pass = kNow};
  EXPECT_EQ(DecodePasses(EncodePasses(passes)), passes);
  EXPECT_EQ(DecodeJournalRow(EncodeJournal(ToRecord(FullJournalRow()))), FullJournalRow());
  EXPECT_EQ(DecodeListEntry(EncodeListEntry(FullEntry())), FullEntry());
  rules::ListEntry lasting = FullEntry();
  lasting.expires.reset();
  EXPECT_EQ(DecodeListEntry(EncodeListEntry(lasting)), lasting);
  rules::ListEntry proven = FullEntry();
  proven.if_spf = true;
  EXPECT_EQ(DecodeListEntry(EncodeListEntry(proven)), proven);
  rules::HashKey secret{};
  secret[15] = 1;
  EXPECT_EQ(DecodeSecret(EncodeSecret(secret)), secret);

  const auto audit = DecodeAuditRow(EncodeAuditRow({.number = 9,
                                                    .time = kNow,
                                                    .author = "a",
                                                    .command = "c",
                                                    .target = "t",
                                                    .before = "b",
                                                    .after = "f",
                                                    .reason = "r"}));
  ASSERT_TRUE(audit);
  EXPECT_EQ(audit->time, kNow);
  EXPECT_EQ(audit->author + audit->command + audit->target + audit->reason, "actr");
  EXPECT_EQ(audit->before, "b");
  EXPECT_EQ(audit->after, "f");
}

// What the first version wrote is read: an audit never expires.
TEST(EntryTest, AnAuditRowOfTheFirstVersionHasNoReason) {
  ByteWriter writer;
  writer.Byte(1);
  writer.Time(kNow);
  writer.Texts({"ann", "whitelist add x.example", "x.example", "", "{}"});
  const auto row = DecodeAuditRow(writer.Take());
  ASSERT_TRUE(row);
  EXPECT_EQ(row->author, "ann");
  EXPECT_EQ(row->before, std::nullopt);
  EXPECT_EQ(row->after, "{}");
  EXPECT_EQ(row->reason, "");
}

JournalRow RowOfEarlierVersions() {
  JournalRow row = FullJournalRow();
  row.would.clear();
  row.entry.clear();
  row.table.clear();
  row.spf.clear();
  return row;
}

// Its action is what enforce would have done, whatever the mode answered.
TEST(EntryTest, AJournalRowOfTheSecondVersionSaysWhatWasAnswered) {
  struct Case {
    const char *mode, *written, *action, *would;
  };
  for (const auto& [mode, written, action, would] :
       {Case{"enforce", "defer", "defer", ""}, Case{"tag", "greylist", "tag", "greylist"},
        Case{"tag", "tag", "tag", ""}, Case{"tag", "pass", "pass", ""}, Case{"monitor", "reject", "pass", "reject"}}) {
    JournalRow row = RowOfEarlierVersions();
    row.mode = mode;
    row.action = written;
    std::string bytes = EncodeJournal(ToRecord(row));
    bytes.front() = 2;
    bytes.resize(bytes.size() - 4);  // would, entry, table and spf
    row.action = action;
    row.would = would;
    EXPECT_EQ(DecodeJournalRow(bytes), row) << mode << ' ' << written;
  }
}

TEST(EntryTest, AJournalRowOfTheThirdVersionDoesNotSayWhatSpfCameTo) {
  JournalRow row = FullJournalRow();
  row.spf.clear();
  std::string bytes = EncodeJournal(ToRecord(row));
  bytes.front() = 3;
  bytes.pop_back();
  EXPECT_EQ(DecodeJournalRow(bytes), row);
}

TEST(EntryTest, AJournalRowOfTheFirstVersionHasNoFacts) {
  JournalRow row = RowOfEarlierVersions();
  row.facts.clear();
  row.recipient_class.clear();
  row.shadow.clear();
  std::string bytes = EncodeJournal(ToRecord(row));
  bytes.front() = 1;
  bytes.resize(bytes.size() - 7);  // the number of facts, and six texts
  EXPECT_EQ(DecodeJournalRow(bytes), row);
}

TEST(EntryTest, AJournalRowKeepsABoundedNumberOfFacts) {
  JournalRow row = FullJournalRow();
  row.facts.resize(1000);
  row.facts[0].records.resize(1000);
  const auto kept = DecodeJournalRow(EncodeJournal(ToRecord(row)));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->facts.size(), 64U);
  EXPECT_EQ(kept->facts[0].records.size(), 10U);
}

TEST(EntryTest, TriesAreReadFromTheFirstBytes) {
  const std::string bytes = EncodeJournal(ToRecord(FullJournalRow()));
  EXPECT_EQ(DecodeTries(std::string_view(bytes).substr(0, 20)), ToRecord(FullJournalRow()).tries);
  EXPECT_EQ(DecodeTries(""), std::nullopt);
}

ListShape FullShape() {
  ListShape shape{.generation = 300, .pattern_generation = 2, .counts = {}, .prefixes = {}, .labels = {}};
  shape.counts[1][9] = 100'000;
  shape.counts[0][1] = 1;
  shape.prefixes.push_back({.list = rules::ListKind::kBlocklist, .is_v4 = false, .prefix = 128, .count = 4});
  shape.prefixes.push_back({.list = rules::ListKind::kWhitelist, .is_v4 = true, .prefix = 0, .count = 1});
  shape.labels.push_back({.list = rules::ListKind::kWhitelist, .labels = 2, .count = 300});
  return shape;
}

TEST(EntryTest, AWaitingTripletSaysWhoseItIs) {
  const auto client = rules::IpAddress::Parse("203.0.113.9");
  const TripletRow row{"sender.example", "s", "r", {kNow, kNow, 0}, client};
  const auto got = DecodeTriplet(EncodeTriplet(row));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->client, client);
  const auto holding = DecodeTripletHolding(EncodeTriplet(row));
  ASSERT_TRUE(holding);
  EXPECT_EQ(holding->client, client);
  EXPECT_EQ(holding->began, kNow);
  EXPECT_EQ(holding->standing, Standing::kNew);
}

TEST(EntryTest, AConfirmedTripletSaysOfWhichNetworkItIs) {
  for (const auto& [client, network] :
       {std::pair{"203.0.113.9", "203.0.113.0"}, {"2001:db8:1:2::9", "2001:db8:1:2::"}}) {
    const std::string bytes = EncodeTriplet({"k", "s", "r", {kNow, kNow, 1}, rules::IpAddress::Parse(client)});
    ASSERT_TRUE(DecodeTriplet(bytes)) << client;
    const auto holding = DecodeTripletHolding(bytes);
    ASSERT_TRUE(holding) << client;
    EXPECT_EQ(holding->client, rules::IpAddress::Parse(network));
    EXPECT_EQ(holding->standing, Standing::kProven);
  }
  std::string bytes = EncodeTriplet({"k", "s", "r", {kNow, kNow, 1}});
  bytes.front() = 1;
  bytes.pop_back();
  EXPECT_EQ(DecodeTripletRecord(bytes), (rules::Triplet{kNow, kNow, 1})) << "as versions before wrote it";
  EXPECT_FALSE(DecodeTripletHolding(bytes));
}

// What the first version wrote: the network says it.
TEST(EntryTest, AWaitingTripletOfTheFirstVersionIsOfItsNetwork) {
  std::string bytes = EncodeTriplet({"203.0.113.0/24", "s", "r", {kNow, kNow, 0}});
  bytes.front() = 1;
  bytes.pop_back();
  ASSERT_TRUE(DecodeTriplet(bytes));
  EXPECT_EQ(DecodeTripletHolding(bytes)->client, rules::IpAddress::Parse("203.0.113.0"));
}

TEST(EntryTest, AJournalRowSaysWhoseItIs) {
  const JournalRow row = FullJournalRow();
  const auto holding = DecodeJournalHolding(EncodeJournal(ToRecord(row)));
  ASSERT_TRUE(holding);
  EXPECT_EQ(holding->client, row.client);
  EXPECT_EQ(holding->began, row.first);
}

TEST(EntryTest, AJournalRowOfAClientThatCameBackIsProven) {
  JournalRow row = FullJournalRow();
  row.last = row.first + seconds{59};
  EXPECT_EQ(DecodeJournalHolding(EncodeJournal(ToRecord(row)))->standing, Standing::kNew);
  row.last = row.first + seconds{60};
  EXPECT_EQ(DecodeJournalHolding(EncodeJournal(ToRecord(row)))->standing, Standing::kProven);
}

TEST(EntryTest, AShapeComesBack) {
  EXPECT_EQ(DecodeShape(EncodeShape(FullShape())), FullShape());
}

// Every kind of record: its bytes, and whether bytes are taken for one.
struct Case {
  const char* name;
  std::string bytes;
  std::function<bool(std::string_view)> reads;
};

class DamageTest : public testing::TestWithParam<Case> {};

TEST_P(DamageTest, WhatWasCutOrIsOfANewerVersionCountsAsNone) {
  const auto& [name, bytes, reads] = GetParam();
  EXPECT_TRUE(reads(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(reads(std::string_view(bytes).substr(0, size))) << name << " cut to " << size;
  }
  EXPECT_FALSE(reads(bytes + "x"));
  EXPECT_FALSE(reads("\x7f" + bytes.substr(1)));
}

TEST_P(DamageTest, NoChangeOfBytesDoesHarm) {
  const auto& [name, bytes, reads] = GetParam();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(value);
      reads(changed);  // whatever it says: the sanitizers watch
    }
  }
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string noise(random() % 64, '\0');
    for (char& byte : noise) byte = static_cast<char>(random());
    if (!noise.empty()) noise.front() = 1;
    reads(noise);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Entry, DamageTest,
    testing::Values(
        Case{"waiting", EncodeTriplet({"k", "s", "r", {kNow, kNow, 0}}),
             [](auto bytes) { return DecodeTriplet(bytes).has_value(); }},
        Case{"confirmed", EncodeTriplet({"k", "s", "r", {kNow, kNow, 9}}),
             [](auto bytes) { return DecodeTriplet(bytes).has_value(); }},
        Case{"passes", EncodePasses({.passes = 300, .last_pass = kNow}),
             [](auto bytes) { return DecodePasses(bytes).has_value(); }},
        Case{"journal", EncodeJournal(ToRecord(FullJournalRow())),
             [](auto bytes) { return DecodeJournalRow(bytes).has_value(); }},
        Case{"audit", EncodeAuditRow({.number = 1, .time = kNow, .author = "a", .command = "", .target = "t"}),
             [](auto bytes) { return DecodeAuditRow(bytes).has_value(); }},
        Case{"list", EncodeListEntry(FullEntry()), [](auto bytes) { return DecodeListEntry(bytes).has_value(); }},
        Case{"shape", EncodeShape(FullShape()), [](auto bytes) { return DecodeShape(bytes).has_value(); }},
        Case{"secret", EncodeSecret({}), [](auto bytes) { return DecodeSecret(bytes).has_value(); }}),
    [](const auto& row) { return row.param.name; });

}  // namespace cache::entry_test
