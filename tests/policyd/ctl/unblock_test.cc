#include "policyd/ctl/commands_people.h"

#include <gtest/gtest.h>

#include "policyd/admin/unblock/unblock_subject.h"
#include "policyd/runtime/json.h"
#include "rules/greylist/sender_form.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::unblock_test {

using testing::Values;

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

cache::JournalRow Row(std::uint64_t code, const char* client, const char* name, const char* reverse_dns) {
  cache::JournalRow row;
  row.reference = rules::Reference{code};
  row.first = kNow - std::chrono::hours(3);
  row.last = kNow - std::chrono::hours(1);
  row.client = *rules::IpAddress::Parse(client);
  row.name = name;
  row.reverse_dns = reverse_dns;
  row.helo = "helo.example";
  row.sender = "Ann+tag@Partner.example";
  row.recipient = "Bob@here.example";
  row.action = "defer";
  row.reason = "dnsbl";
  row.mode = "enforce";
  row.score = "8.0";
  row.signals = "dnsbl:8";
  row.reply = "DEFER_IF_PERMIT 4.7.1 Access denied (ref " + row.reference.ToString() + ")";
  return row;
}

constexpr std::uint64_t kConfirmed = 1'000'003, kUnnamed = 77'777'777, kFarmOne = 5'000'000'021,
                        kFarmTwo = 6'000'000'033, kPassed = 9'000'000'011, kBlocked = 8'000'000'057,
                        kConfirmedAgain = 7'000'000'011, kManyOne = 7'100'000'011, kManyTwo = 7'200'000'011,
                        kToAnother = 7'300'000'011, kDayOne = 7'400'000'011, kDayTwo = 7'500'000'011,
                        kSenderOne = 7'600'000'011, kSenderTwo = 7'700'000'011, kPersonOne = 7'800'000'011,
                        kPersonTwo = 7'900'000'011;

void AddVerdicts(cache::Stores& stores) {
  std::vector<cache::JournalRow> rows{Row(kConfirmed, "192.0.2.1", "mail.partner.example", "confirmed"),
                                      Row(kUnnamed, "198.51.100.7", "", "no_ptr"),
                                      Row(kFarmOne, "203.0.113.1", "out1.farm.example", "confirmed"),
                                      Row(kFarmTwo, "203.0.113.2", "out2.farm.example", "mismatch"),
                                      Row(kPassed, "203.0.113.77", "pass.example", "confirmed"),
                                      Row(kBlocked, "203.0.113.99", "blocked.example", "confirmed"),
                                      Row(kConfirmedAgain, "192.0.2.1", "mail.partner.example", "confirmed"),
                                      Row(kManyOne, "203.0.113.7", "out17.many.example", "confirmed"),
                                      Row(kManyTwo, "203.0.113.8", "out18.many.example", "confirmed"),
                                      Row(kToAnother, "192.0.2.1", "mail.partner.example", "confirmed"),
                                      Row(kDayOne, "192.0.2.66", "mail.days.example", "confirmed"),
                                      Row(kDayTwo, "192.0.2.66", "mail.days.example", "confirmed"),
                                      Row(kSenderOne, "192.0.2.77", "mail.senders.example", "confirmed"),
                                      Row(kSenderTwo, "192.0.2.77", "mail.senders.example", "confirmed"),
                                      Row(kPersonOne, "192.0.2.88", "mail.people.example", "confirmed"),
                                      Row(kPersonTwo, "192.0.2.88", "mail.people.example", "confirmed")};
  rows[9].recipient = "carol@here.example";
  rows[10].signals = rows[11].signals = "no_ptr:4";  // on no list
  rows[10].sender = "dan@days.example";
  rows[11].sender = "Dan@Days.example";
  rows[10].first -= std::chrono::days(1);
  rows[10].last -= std::chrono::days(1);
  rows[12].sender = "one@senders.example";
  rows[14].sender = rows[15].sender = "erin@people.example";
  rows[15].recipient = "carol@here.example";
  rows[7].sender = rows[8].sender = "carl@many.example";
  rows[2].sender = rows[3].sender = "news@farm.example";
  rows[4].action = "tag";
  const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
  ASSERT_TRUE(transaction);
  for (const auto& row : rows) ASSERT_TRUE(stores.journal().Add(**transaction, row));
  for (const char* key : {"192.0.2.0/24", "partner.example", "198.51.100.0/24"}) {
    const std::string sender = rules::NormalizeSender("Ann+tag@Partner.example", "");
    const cache::TripletId id{.client_key = key, .sender = sender, .recipient = "bob@here.example"};
    ASSERT_TRUE(stores.triplets().Put(**transaction, id, {.first_seen = kNow, .last_seen = kNow, .passes = 0}));
  }
  ASSERT_TRUE((*transaction)->Commit());
}

std::string RefText(std::uint64_t code) {
  return rules::Reference{code}.ToString();
}

std::uint64_t CountTriplets(Tool& tool) {
  std::uint64_t count = 0;
  tool.Seed([&](cache::Stores& stores) {
    cache::ReadTransaction snapshot(stores.records_environment());
    count = snapshot.Count(stores.triplets().triplets());
  });
  return count;
}

struct Case {
  const char* name;
  std::string subject;
  std::string input;
  const char* want_target;
  const char* want_expires;
  std::uint64_t want_released;
};

class UnblockTest : public testing::TestWithParam<Case> {};

TEST_P(UnblockTest, AddsTheNarrowestEntryThatHelps) {
  Tool tool;
  tool.Seed(AddVerdicts);
  const std::uint64_t before = CountTriplets(tool);
  const std::string file = tool.Write("bounce.eml", GetParam().input);
  const std::string subject = GetParam().subject == "FILE" ? file : GetParam().subject;
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = subject}, GetParam().input);
  ASSERT_EQ(ran.status, kDone) << ran.error;
  const std::string lists = tool.Lists();
  EXPECT_TRUE(Has(lists, std::string("{\"list\":\"whitelist\",\"target\":\"") + GetParam().want_target + "\""))
      << lists;
  EXPECT_TRUE(Has(lists, std::string("\"expires\":") + GetParam().want_expires)) << lists;
  EXPECT_TRUE(Has(ran.out, std::string("To undo it: sekimorictl whitelist remove ") + GetParam().want_target))
      << ran.out;
  EXPECT_EQ(before - CountTriplets(tool), GetParam().want_released);
  EXPECT_TRUE(Has(tool.AuditText(), "unblock")) << tool.AuditText();
}

const char* const kForEver = "null";
const char* const kNinetyDays = "\"2027-02-19T08:33:20Z\"";

INSTANTIATE_TEST_SUITE_P(
    Ctl, UnblockTest,
    Values(
        Case{"reference", RefText(kConfirmed), "", "mail.partner.example", kForEver, 2},
        Case{"reference_with_a_dot", RefText(kConfirmed).replace(5, 1, "."), "", "mail.partner.example", kForEver, 2},
        Case{"link_to_the_page_that_tells_why", "https://mx.here.example/why/" + RefText(kConfirmed) + "?lang=ja", "",
             "mail.partner.example", kForEver, 2},
        Case{"reference_in_a_text", "450 4.7.1 Access denied (ref " + RefText(kConfirmed) + ") in reply", "",
             "mail.partner.example", kForEver, 2},
        Case{"bounce_on_standard_input", "-", "> said: 450 denied (ref\n>   " + RefText(kUnnamed) + ")\n",
             "198.51.100.7", kNinetyDays, 1},
        Case{"bounce_in_a_file", "FILE", "said: 450 denied (ref " + RefText(kUnnamed) + ")\n", "198.51.100.7",
             kNinetyDays, 1},
        Case{"client_address", "198.51.100.7", "", "198.51.100.7", kNinetyDays, 1},
        Case{"line_of_the_mail_log",
             "postfix/smtpd[7]: NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 450 4.7.1 <Bob@here.example>: "
             "Recipient address rejected: no; from=<ann+tag@partner.example> to=<bob@here.example> proto=ESMTP",
             "", "198.51.100.7", kNinetyDays, 1},
        Case{"address_in_brackets", "unknown[198.51.100.7]", "", "198.51.100.7", kNinetyDays, 1},
        Case{"references_of_one_client", "(ref " + RefText(kConfirmed) + ") (ref " + RefText(kConfirmedAgain) + ")", "",
             "mail.partner.example", kForEver, 2},
        Case{"references_of_one_mail_to_two", "(ref " + RefText(kConfirmed) + ") (ref " + RefText(kToAnother) + ")", "",
             "mail.partner.example", kForEver, 2},
        Case{"sender_of_one_mail_on_two_days", "dan@days.example", "", "mail.days.example", kForEver, 0},
        Case{"numbered_farm", RefText(kManyOne), "", "@many.example", kForEver, 0},
        Case{"client_name", "MAIL.days.example", "", "mail.days.example", kForEver, 0},
        Case{"client_to_several_recipients", "192.0.2.88", "", "mail.people.example", kForEver, 0},
        Case{"reference_with_a_blank", RefText(kConfirmed).replace(5, 1, " "), "", "mail.partner.example", kForEver, 2},
        Case{"reference_as_copied", "(ref " + rules::LowerAscii(RefText(kConfirmed)) + ").", "", "mail.partner.example",
             kForEver, 2},
        Case{"reference_beside_a_decoy", "-",
             "Message-ID: <" + RefText(4711) + "@x>\n\nsaid (ref " + RefText(kConfirmed) + ")\n",
             "mail.partner.example", kForEver, 2},
        Case{"decoy_behind_ref", "-", "Your ref " + RefText(4711) + "\n\nsaid: " + RefText(kConfirmed) + "\n",
             "mail.partner.example", kForEver, 2},
        Case{"address_with_a_full_stop", "198.51.100.7.", "", "198.51.100.7", kNinetyDays, 1},
        Case{"address_in_a_sentence", "the client was [198.51.100.7], thanks", "", "198.51.100.7", kNinetyDays, 1},
        Case{"sender_with_a_name", "Dan Smith <dan@days.example>", "", "mail.days.example", kForEver, 0},
        Case{"sender_as_a_link", "mailto:dan@days.example", "", "mail.days.example", kForEver, 0},
        Case{"sender_in_quotes", "\"dan@days.example\",", "", "mail.days.example", kForEver, 0},
        Case{"senders_domain", "@days.example", "", "mail.days.example", kForEver, 0},
        Case{"bare_domain", "days.example", "", "mail.days.example", kForEver, 0}),
    [](const auto& row) { return row.param.name; });

std::string TenMegabytesOfWords() {
  std::string text;
  while (text.size() < 10'000'000) text += "> ref: none-here =3D\r\n";
  return text;
}

// An honest word: it was there, and had to go.
TEST(CtlUnblock, SaysThatVerdictsWereDroppedForLackOfRoom) {
  Tool tool;
  tool.Seed([](cache::Stores& stores) {
    const auto transaction = cache::WriteTransaction::Begin(stores.records_environment());
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(stores.journal().CountDropped(**transaction, 41, kNow));
    ASSERT_TRUE((*transaction)->Commit());
  });
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = RefText(4711)});
  EXPECT_EQ(ran.status, kNoSuchThing);
  EXPECT_TRUE(Has(ran.error, "41 were dropped earlier")) << ran.error;
}

struct BadCase {
  const char* name;
  UnblockOptions options;
  std::string input;
  ExitStatus want;
  const char* want_error;
};

class BadUnblockTest : public testing::TestWithParam<BadCase> {};

TEST_P(BadUnblockTest, ChangesNothing) {
  Tool tool;
  tool.Seed(AddVerdicts);
  tool.Run(RunListAdd, ListAddOptions{.targets = {"192.0.2.200"}});
  const std::string lists = tool.Lists();
  const std::string audit = tool.AuditText();
  const std::uint64_t triplets = CountTriplets(tool);
  const auto ran = tool.Run(RunUnblock, GetParam().options, GetParam().input);
  EXPECT_EQ(ran.status, GetParam().want) << ran.error;
  EXPECT_TRUE(Has(ran.error, GetParam().want_error)) << ran.error;
  EXPECT_EQ(tool.Lists(), lists);
  EXPECT_EQ(tool.AuditText(), audit);
  EXPECT_EQ(CountTriplets(tool), triplets);
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, BadUnblockTest,
    Values(
        BadCase{"unknown_reference", {.subject = RefText(4711)}, "", kNoSuchThing, "verdicts are kept 14d"},
        BadCase{"mistyped_reference", {.subject = "AAAAA-AAAAB"}, "", kBadInput, "its last character checks"},
        BadCase{"text_without_reference", {.subject = "550 5.7.1 we do not want it"}, "", kNoSuchThing, "no reference"},
        BadCase{"text_of_another_program",
                {.subject = "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen"},
                "",
                kNoSuchThing,
                "not turned away by Sekimori: look at reject_rbl_client"},
        BadCase{"base64_text_of_another_program",
                {.subject = "-"},
                "NTU0IDUuNy4xIFNwYW0gbWVzc2FnZSByZWplY3RlZA==\n",
                kNoSuchThing,
                "not turned away by Sekimori: look at rspamd"},
        BadCase{"half_a_reference",
                {.subject = "said (ref " + RefText(kConfirmed).substr(0, 8)},
                "",
                kNoSuchThing,
                "no reference"},
        BadCase{"ten_megabytes", {.subject = "-"}, std::string(10'000'000, 'A'), kNoSuchThing, "no reference"},
        BadCase{"ten_megabytes_of_words", {.subject = "-"}, TenMegabytesOfWords(), kNoSuchThing, "no reference"},
        BadCase{"several_references",
                {.subject = "(ref " + RefText(kConfirmed) + ") (ref " + RefText(kUnnamed) + ")"},
                "",
                kNoSuchThing,
                "2 verdicts fit"},
        BadCase{"folder", {.subject = "/tmp"}, "", kBadInput, "expected a reference"},
        BadCase{"empty_bounce", {.subject = "-"}, "", kNoSuchThing, "standard input: no reference"},
        BadCase{"no_such_file", {.subject = "/nonexistent/bounce"}, "", kBadInput, "expected a reference"},
        BadCase{"rubbish", {.subject = "?!"}, "", kBadInput, "expected a reference"},
        BadCase{"address_without_verdict", {.subject = "192.0.2.99"}, "", kNoSuchThing, "client 192.0.2.99"},
        BadCase{"what_passed_is_not_turned_away", {.subject = "203.0.113.77"}, "", kNoSuchThing, "no such verdict"},
        BadCase{"sender_of_several_clients", {.subject = "news@farm.example"}, "", kNoSuchThing, "2 verdicts fit"},
        BadCase{"sender_of_a_numbered_farm", {.subject = "carl@many.example"}, "", kNoSuchThing, "2 verdicts fit"},
        BadCase{"client_of_several_senders", {.subject = "192.0.2.77"}, "", kNoSuchThing, "2 verdicts fit"},
        BadCase{"recipient_of_several_senders", {.subject = "carol@here.example"}, "", kNoSuchThing, "2 verdicts fit"},
        BadCase{
            "name_that_is_not_confirmed", {.subject = "out2.farm.example"}, "", kNoSuchThing, "nothing was changed"},
        BadCase{
            "bounce_of_another_server",
            {.subject = "-"},
            "<x@other.example>: host mx.other.example[203.0.113.5] said: 450 4.7.25 Client host rejected: cannot\n    "
            "find your hostname, [198.51.100.1] (in reply to RCPT TO command)\n",
            kNoSuchThing,
            "this was refused by mx.other.example, not here: look at the PTR record of our outgoing address"},
        BadCase{
            "bounce_of_this_server",
            {.subject = "-"},
            "<bob@here.example>: host mx.here.example[203.0.113.5] said: 450 4.7.25 Client host rejected: cannot\n    "
            "find your hostname, [198.51.100.1] (in reply to RCPT TO command)\n",
            kNoSuchThing,
            "not turned away by Sekimori: look at reject_unknown_client_hostname"},
        BadCase{"references_of_several_senders",
                {.subject = "(ref " + RefText(kSenderOne) + ") (ref " + RefText(kSenderTwo) + ")"},
                "",
                kNoSuchThing,
                "2 verdicts fit"},
        BadCase{"duration", {.subject = RefText(kConfirmed), .expires = "-1d"}, "", kUsage, "--expires"},
        BadCase{"comment", {.subject = RefText(kConfirmed), .comment = "a\x1b[2J"}, "", kUsage, "--comment"}),
    [](const auto& row) { return row.param.name; });

TEST(Unblock, TellsWhatWasTurnedAwayAndWhy) {
  Tool tool;
  tool.Seed(AddVerdicts);
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = RefText(kConfirmed)});
  for (const char* part : {"192.0.2.1, mail.partner.example (reverse DNS: confirmed)", "<Ann+tag@Partner.example>",
                           "<Bob@here.example>", "defer, because of dnsbl", "dnsbl:8", "Triplets released: 2",
                           "Now allowed: mail from clients whose confirmed name is mail.partner.example"}) {
    EXPECT_TRUE(Has(ran.out, part)) << part << "\n" << ran.out;
  }
}

TEST(Unblock, ListsWhatFitsAndSaysHowToChoose) {
  Tool tool;
  tool.Seed(AddVerdicts);
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = "news@farm.example"});
  for (const std::string& part : {std::string("203.0.113.1"), RefText(kFarmOne), RefText(kFarmTwo)}) {
    EXPECT_TRUE(Has(ran.out, part)) << part << "\n" << ran.out;
  }
  EXPECT_TRUE(Has(ran.error, "choose one by its reference, as in sekimorictl unblock " + RefText(kFarmTwo)) ||
              Has(ran.error, "choose one by its reference, as in sekimorictl unblock " + RefText(kFarmOne)))
      << ran.error;
}

TEST(Unblock, OnlySaysItWhenDry) {
  Tool tool;
  tool.Seed(AddVerdicts);
  const std::string lists = tool.Lists();
  const std::uint64_t triplets = CountTriplets(tool);
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = RefText(kConfirmed), .is_dry_run = true});
  EXPECT_EQ(ran.status, kDone);
  EXPECT_TRUE(Has(ran.out, "Would be allowed: mail from clients whose confirmed name")) << ran.out;
  EXPECT_TRUE(Has(ran.out, "Triplets that wait: 2")) << ran.out;
  EXPECT_EQ(tool.Lists(), lists);
  EXPECT_EQ(CountTriplets(tool), triplets);
}

TEST(Unblock, LeavesAnEntryThatIsThereAsItIs) {
  Tool tool;
  tool.Seed(AddVerdicts);
  tool.Run(RunListAdd, ListAddOptions{.targets = {"198.51.100.7"}, .entry = {.comment = "for ever", .by = "bob"}});
  const std::string lists = tool.Lists();
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = RefText(kUnnamed)});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(ran.out, "Allowed already")) << ran.out;
  EXPECT_TRUE(Has(ran.out, "Triplets released: 1")) << ran.out;
  EXPECT_EQ(tool.Lists(), lists);
  EXPECT_TRUE(Has(tool.AuditText(), "unblock 198.51.100.7"))
      << "what was released leaves a trace: " << tool.AuditText();
}

struct BlockCase {
  const char* name;
  const char* blocked;
  const char* want_target;
};

class UnblockBlockedTest : public testing::TestWithParam<BlockCase> {};

// The narrowest entry wins: a name does not help against an address in the blocklist.
TEST_P(UnblockBlockedTest, ChoosesAnEntryThatWins) {
  Tool tool;
  tool.Seed(AddVerdicts);
  tool.Run(RunListAdd, ListAddOptions{.list = rules::ListKind::kBlocklist,
                                      .targets = {GetParam().blocked},
                                      .entry = {.comment = "spammed us", .by = "carol"}});
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = RefText(kBlocked)});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(tool.Lists(), std::string("{\"list\":\"whitelist\",\"target\":\"") + GetParam().want_target + "\""))
      << tool.Lists();
  const std::string note =
      std::string("although ") + GetParam().blocked + " is in the blocklist (by carol: spammed us)";
  EXPECT_TRUE(Has(ran.out, note)) << ran.out;
}

INSTANTIATE_TEST_SUITE_P(Ctl, UnblockBlockedTest,
                         Values(BlockCase{"address", "203.0.113.99", "203.0.113.99"},
                                BlockCase{"network", "203.0.113.0/24", "blocked.example"},
                                BlockCase{"host", "blocked.example", "blocked.example"},
                                BlockCase{"domain", ".example", "blocked.example"}),
                         [](const auto& row) { return row.param.name; });

TEST(Unblock, SaysSoWhereTheMailWouldStillNotPass) {
  Tool tool;
  tool.Seed(AddVerdicts);
  tool.Run(RunListAdd, ListAddOptions{.list = rules::ListKind::kBlocklist,
                                      .targets = {"mail.partner.example"},
                                      .entry = {.comment = "spammed us", .by = "carol"}});
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = RefText(kConfirmed), .is_wide = true});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  for (const char* part : {"Now allowed: mail from clients whose confirmed name is partner.example or below it",
                           "The same mail would still be turned away: reject, because of mail.partner.example in the "
                           "blocklist (by carol: spammed us)",
                           "To lift that: sekimorictl blocklist remove mail.partner.example",
                           "To undo it: sekimorictl whitelist remove .partner.example"}) {
    EXPECT_TRUE(Has(ran.out, part)) << part << "\n" << ran.out;
  }
}

// Adding replaces: what somebody allowed to all must not become narrower.
TEST(Unblock, NeverNarrowsAnEntry) {
  Tool tool;
  tool.Seed(AddVerdicts);
  tool.Run(RunListAdd, ListAddOptions{.targets = {"@many.example"}});
  const auto ran = tool.Run(RunUnblock, UnblockOptions{.subject = RefText(kManyOne)});
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(Has(tool.Lists(), R"("target":"@many.example","if_confirmed":null)")) << tool.Lists();
  EXPECT_TRUE(Has(tool.Lists(), R"("target":"out17.many.example")")) << tool.Lists();
}

TEST(Unblock, TakesANetworkOnlyWhenToldTo) {
  Tool tool;
  tool.Seed(AddVerdicts);
  tool.Run(RunUnblock, UnblockOptions{.subject = RefText(kUnnamed), .is_wide = true});
  EXPECT_TRUE(Has(tool.Lists(), R"("target":"198.51.100.0/24")")) << tool.Lists();
  EXPECT_TRUE(Has(tool.Lists(), R"("expires":"2027-02-19T08:33:20Z")")) << tool.Lists();
}

TEST(Unblock, AnswersOneJsonDocument) {
  Tool tool;
  tool.Seed(AddVerdicts);
  tool.is_json = true;
  const auto ran =
      tool.Run(RunUnblock, UnblockOptions{.subject = "198.51.100.7", .comment = "call 12", .expires = "7d"});
  const auto json = runtime::Json::Parse(ran.out);
  ASSERT_TRUE(json) << ran.out;
  ASSERT_NE(json->Find("entry"), nullptr) << ran.out;
  EXPECT_EQ(json->Find("entry")->Find("comment")->Dump(), "\"call 12\"");
  EXPECT_EQ(json->Find("entry")->Find("expires")->Dump(), "\"2026-11-28T08:33:20Z\"");
  EXPECT_EQ(json->Find("released")->Dump(), "1");
  EXPECT_EQ(json->Find("dry_run")->Dump(), "false");
  EXPECT_EQ(json->Find("passes")->Dump(), "true");
  EXPECT_EQ(json->Find("reason")->Dump(), "\"whitelist\"");
}

}  // namespace policyd::ctl::unblock_test
