#include "rules/evaluate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/rule_words.h"

namespace rules::evaluate_test {

using support::BlamesName;
using support::Entry;
using support::Forward;
using support::Known;
using support::Listed;
using support::ListUnavailable;
using support::Mail;
using support::NoPtr;
using support::NotListed;
using support::Now;
using support::Present;
using support::Ptr;
using support::Unavailable;
using support::WithZones;

// What a case wants: an Action with its reason, or the Questions that are asked.
struct Want {
  std::optional<Action> action;
  std::optional<Reason> reason;
  std::vector<Question> asks;
};

Want Gives(Action action, Reason reason) {
  return {action, reason, {}};
}
Want Asks(std::vector<Question> questions) {
  return {std::nullopt, std::nullopt, std::move(questions)};
}
Question Zone(const char* zone) {
  return Question::List(zone);
}

std::vector<Question> Sorted(std::vector<Question> questions) {
  std::sort(questions.begin(), questions.end());
  return questions;
}

void ExpectOutcome(const Outcome& got, const Want& want) {
  ASSERT_EQ(got.verdict.has_value(), want.action.has_value());
  if (!want.action) {
    EXPECT_EQ(Sorted(got.open), Sorted(want.asks));
    return;
  }
  EXPECT_STREQ(Name(got.verdict->action), Name(*want.action));
  EXPECT_STREQ(Name(got.verdict->reason), Name(*want.reason));
}

const std::vector<Known> kConfirmed = {Ptr({"mail.sender.example"}), Forward("mail.sender.example", support::kClient)};

std::vector<Known> Confirmed(std::vector<Known> more) {
  more.insert(more.begin(), kConfirmed.begin(), kConfirmed.end());
  return more;
}

struct ListCase {
  const char* name;
  std::vector<Known> facts;
  Want want;
};

class ZonesTest : public testing::TestWithParam<ListCase> {};

// The Facts of every case also hold a confirmed name: until ReverseDns is known, nothing is turned away.
TEST_P(ZonesTest, GivesOrAsks) {
  const Policy policy = WithZones({"zen.example*8", "other.example*5", "wl.example*-8"});
  const Facts facts = support::FactsOf(Confirmed(GetParam().facts));
  ExpectOutcome(Evaluate(policy, {}, Mail(), facts, Now()), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Zones, ZonesTest,
    testing::Values(ListCase{"nothing_known_asks_every_list",
                             {},
                             Asks({Zone("zen.example"), Zone("other.example"), Zone("wl.example")})},
                    ListCase{"a_hit_waits_for_the_whitelist",
                             {Listed("zen.example"), NotListed("other.example")},
                             Asks({Zone("wl.example")})},
                    ListCase{"a_hit_defers_once_the_whitelist_fails",
                             {Listed("zen.example"), ListUnavailable("wl.example")},
                             Gives(Action::kDefer, Reason::kDnsbl)},
                    ListCase{"the_whitelist_lifts_a_hit",
                             {Listed("zen.example"), NotListed("other.example"), Listed("wl.example")},
                             Gives(Action::kPass, Reason::kClean)},
                    ListCase{"on_no_list_passes",
                             {NotListed("zen.example"), NotListed("other.example"), NotListed("wl.example")},
                             Gives(Action::kPass, Reason::kClean)},
                    ListCase{"no_hit_can_come_any_more_so_the_whitelist_is_not_asked",
                             {NotListed("zen.example"), ListUnavailable("other.example")},
                             Gives(Action::kPass, Reason::kClean)},
                    ListCase{"an_error_is_not_a_listing",
                             {ListUnavailable("zen.example"), ListUnavailable("other.example")},
                             Gives(Action::kPass, Reason::kClean)},
                    ListCase{"five_points_wait_and_see",
                             {NotListed("zen.example"), Listed("other.example"), NotListed("wl.example")},
                             Gives(Action::kGreylist, Reason::kDnsbl)}),
    [](const auto& row) { return row.param.name; });

struct ReverseCase {
  const char* name;
  std::vector<Known> facts;
  Want want;
};

class ReverseTest : public testing::TestWithParam<ReverseCase> {};

TEST_P(ReverseTest, GivesOrAsks) {
  ExpectOutcome(Evaluate(WithZones({}), {}, Mail(), support::FactsOf(GetParam().facts), Now()), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Reverse, ReverseTest,
    testing::Values(
        ReverseCase{"asks_for_the_name_first", {}, Asks({Question::Ptr()})},
        ReverseCase{"then_for_its_address", {Ptr({"a.example"})}, Asks({Question::Forward("a.example")})},
        ReverseCase{"confirmed_passes", kConfirmed, Gives(Action::kPass, Reason::kClean)},
        ReverseCase{"no_ptr", {NoPtr()}, Gives(Action::kGreylist, Reason::kNoPtr)},
        ReverseCase{
            "no_forward", {Ptr({"a.example"}), Forward("a.example", "")}, Gives(Action::kGreylist, Reason::kNoForward)},
        ReverseCase{"mismatch",
                    {Ptr({"a.example"}), Forward("a.example", "192.0.2.1")},
                    Gives(Action::kGreylist, Reason::kMismatch)},
        ReverseCase{
            "dns_that_fails_costs_nobody", {{Question::Ptr(), Unavailable()}}, Gives(Action::kPass, Reason::kFailOpen)},
        ReverseCase{"a_name_that_fails_alone_does",
                    {{Question::Ptr(), BlamesName()}},
                    Gives(Action::kGreylist, Reason::kUnavailableName)},
        ReverseCase{
            "looks_dynamic",
            {Ptr({"203-0-113-45.adsl.isp.example"}), Forward("203-0-113-45.adsl.isp.example", support::kClient)},
            Gives(Action::kGreylist, Reason::kDynamicName)}),
    [](const auto& row) { return row.param.name; });

// --- people ---------------------------------------------------------------------------------------------------------

struct Entries {
  std::vector<ListEntry> client = {}, name = {}, sender = {}, recipient = {};
};

Facts WithEntries(std::vector<Known> known, const Entries& entries, bool has_name_entries = true) {
  known.emplace_back(Question::ClientEntries(), Present(ListMatches{entries.client, has_name_entries}));
  known.emplace_back(Question::NameEntries("mail.sender.example"),
                     Present(ListMatches{entries.name, has_name_entries}));
  known.emplace_back(Question::SenderEntries(), Present(ListMatches{entries.sender, has_name_entries}));
  known.emplace_back(Question::RecipientEntries(), Present(ListMatches{entries.recipient, has_name_entries}));
  return support::FactsOf(known);
}

ListEntry White(std::string_view target) {
  return Entry(ListKind::kWhitelist, target);
}
ListEntry Black(std::string_view target) {
  return Entry(ListKind::kBlocklist, target);
}
ListEntry WhiteIf(std::string_view target, std::string domain) {
  ListEntry entry = White(target);
  entry.if_confirmed = std::move(domain);
  return entry;
}

ListEntry IfSpf(ListEntry entry) {
  entry.if_spf = true;
  return entry;
}
Known SenderSpf(const char* record) {
  return {Question::NameTexts("sender.example"), Fact::Present(Texts{.whole = {record}, .begun = {}})};
}
const Known kNoSpfAnswer = {Question::NameTexts("sender.example"), Fact::Unavailable()};

struct PeopleCase {
  const char* name;
  std::vector<Known> facts;
  Entries entries;
  Want want;
};

class PeopleTest : public testing::TestWithParam<PeopleCase> {};

TEST_P(PeopleTest, TheNarrowestEntryWins) {
  const Policy policy = WithZones({"zen.example*8"});
  const Facts facts = WithEntries(GetParam().facts, GetParam().entries);
  ExpectOutcome(Evaluate(policy, {}, Mail(), facts, Now()), GetParam().want);
}

const Want kLetIn = Gives(Action::kPass, Reason::kWhitelist);
const Want kKeptOut = Gives(Action::kReject, Reason::kBlocklist);
const Known kHit = Listed("zen.example");

INSTANTIATE_TEST_SUITE_P(
    People, PeopleTest,
    testing::Values(
        PeopleCase{"an_address_needs_no_dns", {}, {.client = {White("203.0.113.45")}}, kLetIn},
        PeopleCase{"a_blocked_address_needs_no_dns", {}, {.client = {Black("203.0.113.45")}}, kKeptOut},
        PeopleCase{"a_network_waits_for_the_name",
                   {},
                   {.client = {Black("203.0.113.0/24")}},
                   Asks({Question::Ptr(), Zone("zen.example")})},
        PeopleCase{"a_host_beats_a_network",
                   kConfirmed,
                   {.client = {Black("203.0.113.0/24")}, .name = {White("mail.sender.example")}},
                   kLetIn},
        PeopleCase{"a_network_beats_a_domain",
                   kConfirmed,
                   {.client = {Black("203.0.113.0/24")}, .name = {White(".sender.example")}},
                   kKeptOut},
        PeopleCase{
            "whitelist_on_a_tie", kConfirmed, {.client = {Black("203.0.113.45"), White("203.0.113.45")}}, kLetIn},
        PeopleCase{
            "an_unconfirmed_name_matches_nothing",
            {Ptr({"mail.sender.example"}), Forward("mail.sender.example", "192.0.2.1"), NotListed("zen.example")},
            {.name = {White("mail.sender.example")}},
            Gives(Action::kGreylist, Reason::kMismatch)},
        PeopleCase{"a_client_entry_comes_before_a_sender_entry",
                   kConfirmed,
                   {.client = {Black("203.0.113.0/24")}, .sender = {White("@sender.example")}},
                   kKeptOut},
        PeopleCase{"a_sender_passes_while_no_list_speaks",
                   {NoPtr(), NotListed("zen.example")},
                   {.sender = {White("@sender.example")}},
                   kLetIn},
        PeopleCase{"a_sender_alone_does_not_lift_a_hit",
                   {NoPtr(), kHit},
                   {.sender = {White("@sender.example")}},
                   Gives(Action::kDefer, Reason::kDnsbl)},
        PeopleCase{"a_confirmed_sender_lifts_a_hit",
                   Confirmed({kHit}),
                   {.sender = {WhiteIf("@sender.example", "sender.example")}},
                   kLetIn},
        PeopleCase{"a_condition_that_does_not_hold_is_no_entry",
                   Confirmed({kHit}),
                   {.sender = {WhiteIf("@sender.example", "other.example")}},
                   Gives(Action::kDefer, Reason::kDnsbl)},
        PeopleCase{"spf_is_asked_beside_all_else",
                   {},
                   {.sender = {IfSpf(White("@sender.example"))}},
                   Asks({Question::Ptr(), Zone("zen.example"), Question::NameTexts("sender.example")})},
        PeopleCase{"a_sender_that_spf_proves_lifts_a_hit",
                   Confirmed({kHit, SenderSpf("v=spf1 ip4:203.0.113.45 -all")}),
                   {.sender = {IfSpf(White("@sender.example"))}},
                   kLetIn},
        PeopleCase{"a_forged_sender_is_no_entry",
                   Confirmed({kHit, SenderSpf("v=spf1 ip4:192.0.2.1 -all")}),
                   {.sender = {IfSpf(White("@sender.example"))}},
                   Gives(Action::kDefer, Reason::kDnsbl)},
        PeopleCase{"a_pass_for_anybody_proves_nothing",
                   Confirmed({kHit, SenderSpf("v=spf1 +all")}),
                   {.sender = {IfSpf(White("@sender.example"))}},
                   Gives(Action::kDefer, Reason::kDnsbl)},
        PeopleCase{"without_an_answer_it_does_not_hold",
                   Confirmed({kHit, kNoSpfAnswer}),
                   {.sender = {IfSpf(White("@sender.example"))}},
                   Gives(Action::kDefer, Reason::kDnsbl)},
        PeopleCase{"a_domain_is_blocked_where_it_sends_itself",
                   Confirmed({SenderSpf("v=spf1 ip4:203.0.113.45 -all")}),
                   {.sender = {IfSpf(Black("@sender.example"))}},
                   kKeptOut},
        PeopleCase{"both_conditions_hold_or_it_is_no_entry",
                   Confirmed({kHit, SenderSpf("v=spf1 ip4:203.0.113.45 -all")}),
                   {.sender = {IfSpf(WhiteIf("@sender.example", "other.example"))}},
                   Gives(Action::kDefer, Reason::kDnsbl)},
        PeopleCase{"user_beats_domain",
                   Confirmed({NotListed("zen.example")}),
                   {.sender = {White("@sender.example"), Black("someone@sender.example")}},
                   kKeptOut},
        PeopleCase{"a_whitelisted_recipient_comes_first",
                   {},
                   {.client = {Black("203.0.113.45")}, .recipient = {White("rcpt:partner@example.com")}},
                   kLetIn}),
    [](const auto& row) { return row.param.name; });

TEST(Evaluate, StoresAreAskedBeforeDns) {
  const Outcome got = Evaluate(WithZones({"zen.example"}), {}, Mail(), Facts{}, Now());
  EXPECT_EQ(Sorted(got.open),
            Sorted({Question::ClientEntries(), Question::SenderEntries(), Question::RecipientEntries()}));
}

TEST(Evaluate, WithoutNameEntriesANetworkNeedsNoDns) {
  const Facts facts = WithEntries({}, {.client = {White("203.0.113.0/24")}}, false);
  ExpectOutcome(Evaluate(WithZones({}), {}, Mail(), facts, Now()), kLetIn);
}

// --- who needs no Facts ---------------------------------------------------------------------------------------------

TEST(Evaluate, AuthenticatedOwnAndUnknownClientsPassWithoutFacts) {
  Policy policy = WithZones({"zen.example"});
  policy.own_networks.push_back(*Network::Parse("203.0.113.0/24"));
  ExpectOutcome(Evaluate(policy, {}, Mail(), Facts{}, Now()), Gives(Action::kPass, Reason::kOwnNetwork));
  Request request = Mail();
  request.sasl_username = "user";
  ExpectOutcome(Evaluate(WithZones({}), {}, request, Facts{}, Now()), Gives(Action::kPass, Reason::kAuthenticated));
  request = Mail();
  request.client.reset();
  ExpectOutcome(Evaluate(WithZones({}), {}, request, Facts{}, Now()), Gives(Action::kPass, Reason::kNoClient));
  request = Mail();
  for (const ProtocolState state : {ProtocolState::kVrfy, ProtocolState::kEtrn}) {
    request.state = state;
    ExpectOutcome(Evaluate(WithZones({}), {}, request, Facts{}, Now()), Gives(Action::kPass, Reason::kNotJudged));
  }
}

// --- bands ----------------------------------------------------------------------------------------------------------

TEST(Evaluate, ARejectBecomesADeferWhereWhatSpeaksForTheClientIsUnavailable) {
  Policy policy = WithZones({"zen.example*20", "wl.example*-8"});
  policy.bands.reject = Points{120};
  const auto action = [&](const Known& allow_list) {
    const Facts facts = support::FactsOf(Confirmed({kHit, allow_list}));
    return Evaluate(policy, {}, Mail(), facts, Now()).verdict->action;
  };
  EXPECT_EQ(action(NotListed("wl.example")), Action::kReject);
  EXPECT_EQ(action(ListUnavailable("wl.example")), Action::kDefer);
}

TEST(Evaluate, ARejectBecomesADeferWhereSpfMightHaveProvedAWhitelistedSender) {
  Policy policy = WithZones({"zen.example*20"});
  policy.bands.reject = Points{120};
  const auto action = [&](const Known& spf, ListEntry entry) {
    const Facts facts = WithEntries(Confirmed({kHit, spf}), {.sender = {std::move(entry)}});
    return Evaluate(policy, {}, Mail(), facts, Now()).verdict->action;
  };
  EXPECT_EQ(action(SenderSpf("v=spf1 -all"), IfSpf(White("@sender.example"))), Action::kReject);
  EXPECT_EQ(action(kNoSpfAnswer, IfSpf(White("@sender.example"))), Action::kDefer);
  EXPECT_EQ(action(kNoSpfAnswer, IfSpf(Black("@sender.example"))), Action::kReject);
}

TEST(Evaluate, SaysThatSpfProvedTheSender) {
  const Facts facts =
      WithEntries({SenderSpf("v=spf1 ip4:203.0.113.45 -all")}, {.sender = {IfSpf(White("@sender.example"))}}, false);
  const auto verdict = Evaluate(WithZones({}), {}, Mail(), facts, Now()).verdict;
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->spf, (SpfSeen{SpfIdentity::kMailFrom, SpfResult::kPass}));
}

struct StageCase {
  const char* name;
  ProtocolState state;
  const char* recipient;
  Action no_ptr, listed;  // what is done with a client without PTR, and with one that a list of 8 points names
  Facts::EarlierRecipients earlier{};
  Mode mode = Mode::kEnforce;
};

class StageTest : public testing::TestWithParam<StageCase> {};

// Nothing is turned away before the recipient is known: it may be postmaster.
TEST_P(StageTest, SaysWhatCanBeDone) {
  Policy policy = WithZones({"zen.example*8"});
  policy.mode = GetParam().mode;
  Request request = Mail();
  request.state = GetParam().state;
  request.recipient = GetParam().recipient;
  const auto verdict = [&](const std::vector<Known>& known) {
    Facts facts = support::FactsOf(known);
    facts.SetEarlierRecipients(GetParam().earlier);
    return *Evaluate(policy, {}, request, facts, Now()).verdict;
  };
  const Verdict no_ptr = verdict({NoPtr(), NotListed("zen.example")});
  EXPECT_STREQ(Name(no_ptr.action), Name(GetParam().no_ptr));
  EXPECT_EQ(no_ptr.reason, Reason::kNoPtr);
  EXPECT_EQ(no_ptr.lacks_recipient, no_ptr.action == Action::kPass);
  const Verdict listed = verdict(Confirmed({kHit}));
  EXPECT_STREQ(Name(listed.action), Name(GetParam().listed));
  EXPECT_EQ(listed.lacks_recipient, listed.action == Action::kPass);
}

INSTANTIATE_TEST_SUITE_P(
    Stages, StageTest,
    testing::Values(
        StageCase{"rcpt", ProtocolState::kRcpt, "a@example.com", Action::kGreylist, Action::kDefer},
        StageCase{"data", ProtocolState::kData, "a@example.com", Action::kGreylist, Action::kDefer},
        StageCase{"end", ProtocolState::kEndOfMessage, "a@example.com", Action::kGreylist, Action::kDefer},
        StageCase{"data_for_several", ProtocolState::kData, "", Action::kPass, Action::kDefer},
        StageCase{"end_for_several", ProtocolState::kEndOfMessage, "", Action::kPass, Action::kDefer},
        StageCase{"data_for_several_that_were_let_in",
                  ProtocolState::kData,
                  "",
                  Action::kPass,
                  Action::kPass,
                  {.came_back = false, .let_in = true}},
        StageCase{"connect", ProtocolState::kConnect, "", Action::kPass, Action::kPass},
        StageCase{"ehlo", ProtocolState::kEhlo, "", Action::kPass, Action::kPass},
        StageCase{"helo", ProtocolState::kHelo, "", Action::kPass, Action::kPass},
        StageCase{"mail", ProtocolState::kMail, "", Action::kPass, Action::kPass},
        StageCase{
            "connect_in_monitor_mode", ProtocolState::kConnect, "", Action::kPass, Action::kPass, {}, Mode::kMonitor},
        StageCase{"mail_in_tag_mode", ProtocolState::kMail, "", Action::kGreylist, Action::kDefer, {}, Mode::kTag},
        StageCase{"connect_in_tag_mode", ProtocolState::kConnect, "", Action::kPass, Action::kPass, {}, Mode::kTag}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Evaluate, NoEntryTurnsAwayBeforeTheRecipientIsKnown) {
  const Policy policy = WithZones({});
  for (const BlockAction action : {BlockAction::kReject, BlockAction::kDiscard, BlockAction::kHold}) {
    ListEntry entry = Entry(ListKind::kBlocklist, "203.0.113.45");
    entry.action = action;
    const Facts facts = support::FactsOf({{Question::ClientEntries(), Present(ListMatches{{entry}, false})}});
    Request request = Mail();
    EXPECT_NE(Evaluate(policy, {}, request, facts, Now()).verdict->action, Action::kPass);
    request.state = ProtocolState::kConnect;
    request.recipient.clear();
    EXPECT_EQ(Evaluate(policy, {}, request, facts, Now()).verdict->action, Action::kPass);
  }
}

struct NullSenderCase {
  const char* name;
  std::vector<Known> known;
  Action want;
};

class NullSenderTest : public testing::TestWithParam<NullSenderCase> {};

// A sender-verification probe must not be made to wait; a line that sends spam must.
TEST_P(NullSenderTest, PassesFromAConfirmedUnlistedMailServerAlone) {
  Policy policy = WithZones({"zen.example*5"});
  policy.bands.greylist = Points{10};
  Request request = Mail();
  request.sender.clear();
  EXPECT_STREQ(Name(Evaluate(policy, {}, request, support::FactsOf(GetParam().known), Now()).verdict->action),
               Name(GetParam().want));
}

std::vector<Known> Named(const char* name, const Known& list) {
  return {Ptr({name}), Forward(name, support::kClient), list};
}

INSTANTIATE_TEST_SUITE_P(
    Clients, NullSenderTest,
    testing::Values(
        NullSenderCase{"line", Named("203-0-113-45.adsl.isp.example", NotListed("zen.example")), Action::kGreylist},
        NullSenderCase{"cloud", Named("ec2-203-0-113-45.compute-1.amazonaws.com", NotListed("zen.example")),
                       Action::kGreylist},
        NullSenderCase{"no_ptr", {NoPtr(), NotListed("zen.example")}, Action::kGreylist},
        NullSenderCase{"listed", Named("mail.sender.example", kHit), Action::kGreylist},
        NullSenderCase{"mail_server", Named("mail.sender.example", NotListed("zen.example")), Action::kPass}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Evaluate, ANullSenderOfAConfirmedMailServerPassesInTheGreylistBand) {
  Policy policy = WithZones({});
  policy.bands.greylist = Points{-90};
  Request request = Mail();
  EXPECT_EQ(Evaluate(policy, {}, request, support::FactsOf(Confirmed({})), Now()).verdict->action, Action::kGreylist);
  request.sender.clear();
  EXPECT_EQ(Evaluate(policy, {}, request, support::FactsOf(Confirmed({})), Now()).verdict->action, Action::kPass);
}

// --- the recipients of one message ----------------------------------------------------------------------------------

TEST(Evaluate, ANewRecipientBesideOneWhoseMailCameBackPasses) {
  const Policy policy = WithZones({});
  Facts facts = support::FactsOf({NoPtr()});
  facts.SetEarlierRecipients({.came_back = true, .let_in = true});
  Request request = Mail();
  const Verdict verdict = *Evaluate(policy, {}, request, facts, Now()).verdict;
  EXPECT_EQ(verdict.action, Action::kPass);
  EXPECT_EQ(verdict.reason, Reason::kKnownTriplet);
  ASSERT_EQ(verdict.remember.triplets.size(), 1U);
  EXPECT_EQ(ViewTriplet(verdict.remember.triplets[0].record, Now(), policy.greylist).state, TripletState::kKnown)
      << "also alone, the next time";
  EXPECT_FALSE(verdict.remember.is_first_sight);
  request.sender.clear();
  EXPECT_EQ(Evaluate(policy, {}, request, facts, Now()).verdict->action, Action::kGreylist)
      << "bounces of all the world have the null sender";
  request = Mail();
  facts = support::FactsOf(Confirmed({}));
  facts.SetEarlierRecipients({.came_back = true, .let_in = true});
  EXPECT_TRUE(Evaluate(policy, {}, request, facts, Now()).verdict->remember.empty()) << "the greylist is not asked";
}

// One site with points for and against: a second name in favour does not unlist the first.
TEST(Evaluate, WhatAnotherNameBringsDoesNotTakeBackThatOneIsListed) {
  constexpr const char* kLine = "203-0-113-45.adsl.isp.example";
  Policy policy = WithZones({});
  policy.bands = {.tag = {}, .greylist = Points{10}, .defer = {}, .reject = {}};
  const std::vector<std::string> zones = {"names.example=127.0.0.2*2", "names.example=127.0.0.3*-3"};
  policy.name_zones = *ParseZones(zones, {}, 0);
  Request callout = Mail();
  callout.sender.clear();
  const Fact in_favour = Listed("", "127.0.0.3").second;
  Facts facts = support::FactsOf({Ptr({kLine}),
                                  Forward(kLine, support::kClient),
                                  {Question::NameList(kLine, "names.example"), Listed("").second}});
  const Outcome early = Evaluate(policy, {}, callout, facts, Now());
  facts.Add(Question::NameList(callout.helo_name, "names.example"), in_favour);
  const Outcome late = Evaluate(policy, {}, callout, facts, Now());
  ASSERT_TRUE(early.verdict && late.verdict);
  EXPECT_STREQ(Name(early.verdict->action), Name(late.verdict->action));
}

TEST(Evaluate, ASwitchedOffBandGivesTheMilderOne) {
  Policy policy = WithZones({});
  policy.bands.greylist.reset();
  EXPECT_EQ(Evaluate(policy, {}, Mail(), support::FactsOf({NoPtr()}), Now()).verdict->action, Action::kTag);
}

TEST(Evaluate, AFirstSightIsRememberedUnderNetworkAndName) {
  const Policy policy = WithZones({"zen.example*5"});
  const Verdict verdict = *Evaluate(policy, {}, Mail(), support::FactsOf(Confirmed({kHit})), Now()).verdict;
  ASSERT_EQ(verdict.action, Action::kGreylist);
  EXPECT_EQ(verdict.wait, policy.greylist.delay);
  EXPECT_TRUE(verdict.remember.is_first_sight);
  ASSERT_EQ(verdict.remember.triplets.size(), 2U);
  EXPECT_EQ(verdict.remember.triplets[0].client_key, "203.0.113.0/24");
  EXPECT_EQ(verdict.remember.triplets[1].client_key, "sender.example");
}

TEST(Evaluate, ARetryIsKnownByEitherKey) {
  const Policy policy = WithZones({});
  const Triplet waiting{.first_seen = Now() - seconds{600}, .last_seen = Now() - seconds{600}, .passes = 0};
  const Facts facts = support::FactsOf({NoPtr(), {Question::Triplet("203.0.113.0/24"), Present(waiting)}});
  const Verdict verdict = *Evaluate(policy, {}, Mail(), facts, Now()).verdict;
  EXPECT_EQ(verdict.action, Action::kPass);
  EXPECT_EQ(verdict.reason, Reason::kKnownTriplet);
  ASSERT_EQ(verdict.remember.triplets.size(), 1U);
  EXPECT_EQ(verdict.remember.triplets[0].record.passes, 1U);
  EXPECT_EQ(verdict.remember.auto_whitelist_key, "203.0.113.45");
}

TEST(Evaluate, APassWithAListHitDoesNotCountForTheAutoWhitelist) {
  const Policy policy = WithZones({"zen.example*5"});
  const Triplet waiting{.first_seen = Now() - seconds{600}, .last_seen = Now() - seconds{600}, .passes = 0};
  const Facts facts = support::FactsOf(Confirmed({kHit, {Question::Triplet("203.0.113.0/24"), Present(waiting)}}));
  const Verdict verdict = *Evaluate(policy, {}, Mail(), facts, Now()).verdict;
  EXPECT_EQ(verdict.action, Action::kPass);
  EXPECT_FALSE(verdict.remember.auto_whitelist_key);
}

TEST(Evaluate, APassWhoseListsHaveNotAnsweredDoesNotCountEither) {
  const Policy policy = WithZones({"zen.example*1"});
  const Triplet waiting{.first_seen = Now() - seconds{190}, .last_seen = Now() - seconds{190}, .passes = 0};
  const Known known = {Question::Triplet("203.0.113.0/24"), Present(waiting)};
  const Verdict early = *Evaluate(policy, {}, Mail(), support::FactsOf({NoPtr(), known}), Now()).verdict;
  EXPECT_FALSE(early.remember.auto_whitelist_key);
  const Facts all = support::FactsOf({NoPtr(), known, NotListed("zen.example")});
  EXPECT_TRUE(Evaluate(policy, {}, Mail(), all, Now()).verdict->remember.auto_whitelist_key);
  EXPECT_EQ(early.delayed(), seconds{190});
  EXPECT_EQ(early.remember.retried_after, seconds{190});
}

TEST(Evaluate, PassesCountForTheHostNameNotForItsDomain) {
  Policy policy = WithZones({});
  policy.bands.greylist = Points{-90};
  const Triplet waiting{.first_seen = Now() - seconds{600}, .last_seen = Now() - seconds{600}, .passes = 0};
  const Facts facts = support::FactsOf(Confirmed({{Question::Triplet("sender.example"), Present(waiting)}}));
  const Outcome outcome = Evaluate(policy, {}, Mail(), facts, Now());
  ASSERT_TRUE(outcome.verdict);
  EXPECT_EQ(outcome.verdict->remember.auto_whitelist_key, "mail.sender.example");
}

struct KeyCase {
  const char* name;
  const char* client_name;
  bool has_points;
  std::vector<std::string> want;
};

class ClientKeyTest : public testing::TestWithParam<KeyCase> {};

// The registered domain is a key only for names that are somebody's own, whatever points the others have.
TEST_P(ClientKeyTest, IsSharedByThePoolOfOneProvider) {
  Policy policy = WithZones({"zen.example*4"});
  if (!GetParam().has_points) policy.points = {};
  const char* name = GetParam().client_name;
  const Facts facts = support::FactsOf({Ptr({name}), Forward(name, support::kClient), kHit});
  const Outcome outcome = Evaluate(policy, {}, Mail(), facts, Now());
  ASSERT_TRUE(outcome.verdict);
  std::vector<std::string> keys;
  for (const auto& write : outcome.verdict->remember.triplets) keys.push_back(write.client_key);
  EXPECT_EQ(keys, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Names, ClientKeyTest,
    testing::Values(KeyCase{"own_name", "mail.sender.example", true, {"203.0.113.0/24", "sender.example"}},
                    KeyCase{"line", "203-0-113-45.adsl.isp.example", true, {"203.0.113.0/24"}},
                    KeyCase{"line_without_points", "203-0-113-45.adsl.isp.example", false, {"203.0.113.0/24"}},
                    KeyCase{"cloud_default", "ec2-203-0-113-45.compute-1.amazonaws.com", true, {"203.0.113.0/24"}}),
    [](const auto& row) { return row.param.name; });

TEST(Evaluate, TheAutoWhitelistExemptsFromGreylistingOnly) {
  const Policy policy = WithZones({"zen.example*8"});
  const Known often = {Question::AutoWhitelist("203.0.113.45"),
                       Present(AutoWhitelistCount{.passes = 5, .last_pass = Now() - seconds{7200}})};
  ExpectOutcome(Evaluate(policy, {}, Mail(), support::FactsOf({NoPtr(), NotListed("zen.example"), often}), Now()),
                Gives(Action::kPass, Reason::kAutoWhitelist));
  ExpectOutcome(Evaluate(policy, {}, Mail(), support::FactsOf({NoPtr(), kHit, often}), Now()),
                Gives(Action::kDefer, Reason::kDnsbl));
}

// Whoever came back often, and is listed since, waits like a stranger: by whatever name it earned the exemption.
TEST(Evaluate, TheAutoWhitelistNeverCoversAListedClient) {
  const Policy policy = WithZones({"psbl.example*3"});
  const auto passed_often = [](const char* key) {
    return Known{Question::AutoWhitelist(key),
                 Present(AutoWhitelistCount{.passes = 9, .last_pass = Now() - seconds{7200}})};
  };
  const Known listed = Listed("psbl.example");
  const Known by_address = passed_often("203.0.113.45");
  ExpectOutcome(Evaluate(policy, {}, Mail(), support::FactsOf({NoPtr(), NotListed("psbl.example"), by_address}), Now()),
                Gives(Action::kPass, Reason::kAutoWhitelist));
  EXPECT_EQ(Evaluate(policy, {}, Mail(), support::FactsOf({NoPtr(), listed, by_address}), Now()).verdict->action,
            Action::kGreylist);
  ExpectOutcome(Evaluate(policy, {}, Mail(), support::FactsOf({NoPtr(), by_address}), Now()),
                Asks({Zone("psbl.example")}));
  const Facts named = support::FactsOf(Confirmed({listed, passed_often("mail.sender.example")}));
  EXPECT_EQ(Evaluate(policy, {}, Mail(), named, Now()).verdict->action, Action::kGreylist);
}

TEST(Evaluate, WhatALineEarnsItEarnsForItsAddress) {
  const char* name = "203-0-113-45.adsl.isp.example";
  const Triplet waiting{.first_seen = Now() - seconds{600}, .last_seen = Now() - seconds{600}, .passes = 0};
  const Facts facts = support::FactsOf(
      {Ptr({name}), Forward(name, support::kClient), {Question::Triplet("203.0.113.0/24"), Present(waiting)}});
  EXPECT_EQ(Evaluate(WithZones({}), {}, Mail(), facts, Now()).verdict->remember.auto_whitelist_key, "203.0.113.45");
}

// --- times that a clock which was ahead has left --------------------------------------------------------------------

TEST(Evaluate, ATripletFromTheFutureBeginsNowAndIsWrittenAnew) {
  const Policy policy = WithZones({});
  const TimePoint ahead = Now() + seconds{14 * 86400};
  const Triplet waiting{.first_seen = ahead, .last_seen = ahead, .passes = 0};
  const Facts facts = support::FactsOf({NoPtr(), {Question::Triplet("203.0.113.0/24"), Present(waiting)}});
  const Verdict verdict = *Evaluate(policy, {}, Mail(), facts, Now()).verdict;
  EXPECT_EQ(verdict.action, Action::kGreylist);
  EXPECT_TRUE(verdict.remember.is_first_sight) << "the answer waits until it is durable";
  ASSERT_EQ(verdict.remember.triplets.size(), 1U);
  EXPECT_EQ(verdict.remember.triplets[0].record.first_seen, Now());
}

}  // namespace rules::evaluate_test
