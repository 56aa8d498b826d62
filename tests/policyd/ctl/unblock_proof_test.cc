// unblock cannot be talked into letting a spammer in.
#include <gtest/gtest.h>

#include "policyd/ctl/commands_people.h"
#include "policyd/runtime/json.h"
#include "tests/policyd/ctl/rows.h"
#include "tests/support/fake_name_server.h"

namespace policyd::ctl::unblock_proof_test {

using testing::Values;

constexpr std::uint64_t kSpam = 1'000'003, kHonest = 2'000'003, kPtrOnly = 3'000'003, kOwnDomain = 4'000'003,
                        kDynamic = 5'000'003, kUnnamed = 6'000'003;

cache::JournalRow Listed(cache::JournalRow row) {
  row.action = "defer";
  row.reason = "dnsbl";
  row.score = "8.0";
  row.signals = "dnsbl:8[zen.example]";
  return row;
}

cache::JournalRow From(cache::JournalRow row, const char* sender, const char* recipient = "bob@here.example") {
  row.sender = sender;
  row.recipient = recipient;
  return row;
}

// The spammer says what it likes: MAIL FROM, HELO, and the PTR record of its address.
std::vector<cache::JournalRow> Rows() {
  return {Listed(GreylistedRow(kSpam, "203.0.113.66", "mx.bulk.example", "confirmed")),
          From(GreylistedRow(kHonest, "192.0.2.10", "mail.honest.example", "confirmed"), "dan@honest.example",
               "carol@here.example"),
          From(GreylistedRow(kPtrOnly, "203.0.113.67", "mail.forged.example", "mismatch"), "eve@eve.example",
               "erin@here.example"),
          Listed(From(GreylistedRow(kOwnDomain, "203.0.113.68", "mail.listed.example", "confirmed"),
                      "news@listed.example", "fay@here.example")),
          From(GreylistedRow(kDynamic, "203.0.113.69", "203-0-113-69.adsl.line.example", "confirmed"),
               "gus@line.example", "gil@here.example"),
          From(GreylistedRow(kUnnamed, "203.0.113.70", "", "no_ptr"), "hal@unnamed.example", "hal@here.example")};
}

struct Case {
  const char* name;
  UnblockOptions options;
  std::string input;
  ExitStatus want;
  const char* want_error;
};

class UnblockRefusesTest : public testing::TestWithParam<Case> {};

TEST_P(UnblockRefusesTest, AndChangesNothing) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) { AddToStores(stores, Rows()); });
  const std::string lists = tool.Lists();
  const std::string audit = tool.AuditText();
  const auto ran = tool.Run(RunUnblock, GetParam().options, GetParam().input);
  EXPECT_EQ(ran.status, GetParam().want) << ran.out << ran.error;
  EXPECT_TRUE(Has(ran.error, GetParam().want_error)) << ran.error;
  EXPECT_TRUE(Has(ran.error, "nothing was changed")) << ran.error;
  EXPECT_TRUE(Has(ran.out, "Proven: client address ")) << "what was found is shown: " << ran.out;
  EXPECT_EQ(tool.Lists(), lists);
  EXPECT_EQ(tool.AuditText(), audit);
}

const std::string kSaid = "<bob@here.example>: host mx.here.example[198.51.100.25] said: 450 4.7.1 ";

INSTANTIATE_TEST_SUITE_P(
    Ctl, UnblockRefusesTest,
    Values(
        Case{"sender_that_a_listed_client_claims", {.subject = "ann@partner.example"}, "", kNoSuchThing, "zen.example"},
        Case{"senders_domain", {.subject = "@partner.example"}, "", kNoSuchThing, "zen.example"},
        Case{"bare_domain_of_the_sender", {.subject = "partner.example"}, "", kNoSuchThing, "zen.example"},
        Case{"sender_of_an_unrelated_client", {.subject = "eve@eve.example"}, "", kNoSuchThing, "anybody can claim"},
        Case{"sender_of_a_client_without_a_name", {.subject = "hal@unnamed.example"}, "", kNoSuchThing, "anybody"},
        Case{"agreed_all_the_same", {.subject = "hal@unnamed.example", .is_agreed = true}, "", kNoSuchThing, "anybody"},
        Case{"sender_of_a_listed_client_of_its_own", {.subject = "news@listed.example"}, "", kNoSuchThing, "listed"},
        Case{"domain_of_a_listed_client", {.subject = "listed.example"}, "", kNoSuchThing, "listed by zen.example"},
        Case{"sender_of_a_dynamic_line", {.subject = "gus@line.example"}, "", kNoSuchThing, "dynamic"},
        Case{"recipient", {.subject = "carol@here.example"}, "", kNoSuchThing, "tells nothing about its client"},
        Case{"name_that_only_a_ptr_record_says", {.subject = "mail.forged.example"}, "", kNoSuchThing, "nothing"},
        Case{"bounce_that_names_another_client",
             {.subject = "-"},
             kSaid +
                 "<bob@here.example>: Recipient address rejected: Access denied. Cannot resolve PTR record for "
                 "[192.0.2.10] (ref " +
                 RefText(kSpam) + ")\n",
             kBadInput,
             "another mail than the verdict"},
        Case{"bounce_that_names_it_elsewhere",
             {.subject = "-"},
             "Our server 192.0.2.10 was refused.\n\n" + kSaid + "denied (ref " + RefText(kSpam) + ")\n",
             kBadInput,
             "another mail than the verdict"},
        Case{"bounce_that_names_another_recipient",
             {.subject = "-"},
             "<carol@here.example>: host mx.here.example[198.51.100.25] said: denied for [203.0.113.66] (ref " +
                 RefText(kSpam) + ")\n\nFinal-Recipient: rfc822; carol@here.example\n",
             kBadInput,
             "another mail than the verdict"},
        Case{"bounce_that_names_another_sender",
             {.subject = "-"},
             "X-Postfix-Sender: rfc822; dan@honest.example\n" + kSaid + "denied (ref " + RefText(kSpam) + ")\n",
             kBadInput,
             "another mail than the verdict"},
        Case{"bounce_with_another_author",
             {.subject = "-"},
             kSaid + "denied (ref " + RefText(kSpam) +
                 ")\nContent-Type: text/rfc822-headers\n\n"
                 "From: Dan <dan@honest.example>\n",
             kBadInput,
             "another mail than the verdict"},
        Case{"text_that_names_somebody_else",
             {.subject = "mail of dan@honest.example was refused (ref " + RefText(kSpam) + ")"},
             "",
             kBadInput,
             "another mail than the verdict"}),
    [](const auto& row) { return row.param.name; });

struct GoodCase {
  const char* name;
  UnblockOptions options;
  std::string input;
  const char* want_target;
};

class UnblockTakesTest : public testing::TestWithParam<GoodCase> {};

TEST_P(UnblockTakesTest, WhatIsProvenOrChosen) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) { AddToStores(stores, Rows()); });
  const auto ran = tool.Run(RunUnblock, GetParam().options, GetParam().input);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(tool.Lists(), std::string("{\"list\":\"whitelist\",\"target\":\"") + GetParam().want_target + "\""))
      << tool.Lists();
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, UnblockTakesTest,
    Values(GoodCase{"sender_whose_domain_is_the_clients", {.subject = "dan@honest.example"}, "", "mail.honest.example"},
           GoodCase{"domain_that_is_the_clients", {.subject = "honest.example"}, "", "mail.honest.example"},
           GoodCase{"reference_of_a_listed_client", {.subject = RefText(kSpam)}, "", "mx.bulk.example"},
           GoodCase{"client_address", {.subject = "203.0.113.66"}, "", "mx.bulk.example"},
           GoodCase{"bounce_that_agrees",
                    {.subject = "-"},
                    "Received: from x (x [198.51.100.99]) by y\n\twith ESMTP for <zoe@else.example>\n"
                    "X-Postfix-Sender: rfc822; ann@partner.example\nFinal-Recipient: rfc822; bob@here.example\n" +
                        kSaid + "<bob@here.example>: denied for [203.0.113.66] (ref " + RefText(kSpam) + ")\n",
                    "mx.bulk.example"},
           GoodCase{"other_bounce_with_yes",
                    {.subject = "-", .is_agreed = true},
                    kSaid + "denied for [192.0.2.10] (ref " + RefText(kSpam) + ")\n",
                    "mx.bulk.example"}),
    [](const auto& row) { return row.param.name; });

TEST(UnblockProof, SaysTextAndVerdictSideBySide) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) { AddToStores(stores, Rows()); });
  const std::string text = kSaid + "denied for [192.0.2.10] (ref " + RefText(kSpam) + ")\n";
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = "-"}, text);
  EXPECT_TRUE(Has(ran.out, "client  192.0.2.10   203.0.113.66")) << ran.out;
  tool.is_json = true;
  const auto json = runtime::Json::Parse(tool.Run(RunUnblock, UnblockOptions{.subject = "-"}, text).out);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->Find("disagreements")->Dump(),
            R"([{"about":"client","in_text":"192.0.2.10","in_verdict":"203.0.113.66"}])");
}

TEST(UnblockProof, WarnsBeforeAListedClientIsLetIn) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) { AddToStores(stores, Rows()); });
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = RefText(kSpam)});
  for (const char* part : {"warning: the client is listed by zen.example",
                           "warning: nothing ties the client to the sender's domain partner.example",
                           "about to allow: mail from clients whose confirmed name is mx.bulk.example"}) {
    EXPECT_TRUE(Has(ran.error, part)) << part << "\n" << ran.error;
  }
  EXPECT_TRUE(Has(ran.out, "Proven: client address 203.0.113.66, as Postfix saw it; name mx.bulk.example")) << ran.out;
  EXPECT_TRUE(Has(ran.out, "Not proven: sender <ann@partner.example>, HELO name helo.example")) << ran.out;
}

TEST(UnblockProof, SaysNothingOfTheKindWhereAllIsWell) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) { AddToStores(stores, Rows()); });
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = RefText(kHonest)});
  EXPECT_FALSE(Has(ran.error, "client") || Has(ran.error, "about to allow")) << ran.error;
}

// The name of a dynamic line is nothing but its address, which somebody else has tomorrow.
TEST(UnblockProof, LetsADynamicLineInByItsAddressForAWhile) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) { AddToStores(stores, Rows()); });
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = RefText(kDynamic)});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(tool.Lists(), R"("target":"203.0.113.69")")) << tool.Lists();
  EXPECT_TRUE(Has(tool.Lists(), R"("expires":"2027-02-19T08:33:20Z")")) << tool.Lists();
  EXPECT_TRUE(Has(ran.error, "dynamic")) << ran.error;
}

// Whom SPF proves nobody else can claim to be: the entry is for the sender, as the address may go to somebody else.
TEST(UnblockProof, BelievesASenderThatSpfProves) {
  support::FakeNameServer server;
  server.Add(support::TextRecord("unnamed.example", {"v=spf1 ip4:203.0.113.70 -all"}));
  server.Add(support::TextRecord("eve.example", {"v=spf1 +all"}));
  Tool tool;
  tool.Configure("[dns]\ntimeout = \"200ms\"\ntries = 1\nservers = [\"" + server.endpoint().ToString() + "\"]\n");
  tool.Seed([](cache::Stores& stores) { AddToStores(stores, Rows()); });
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = "hal@unnamed.example"});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  for (const char* said :
       {"Proven: client address 203.0.113.70, as Postfix saw it; sender's domain unnamed.example (SPF)",
        "Why so: SPF lets 203.0.113.70 send for unnamed.example (ip4:203.0.113.70)", "The same mail passes now."}) {
    EXPECT_TRUE(Has(ran.out, said)) << said << "\n" << ran.out;
  }
  EXPECT_FALSE(Has(ran.error, "nothing ties the client")) << ran.error;
  EXPECT_TRUE(Has(tool.Lists(), R"("target":"@unnamed.example","if_confirmed":null,"if_spf":true)")) << tool.Lists();
  EXPECT_TRUE(Has(tool.Run(RunUnblock, UnblockOptions{.subject = "hal@unnamed.example"}).out, "Allowed already: "));
  EXPECT_EQ(tool.Run(RunUnblock, UnblockOptions{.subject = "eve@eve.example"}).status, kNoSuchThing)
      << "a pass that anybody gets";
}

}  // namespace policyd::ctl::unblock_proof_test
