// What the shared suites leave out: when what is asked, voids, families without addresses, hostile records and texts.
#include "rules/spf/spf.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/rule_words.h"

namespace rules::spf_test {

using support::Known;

const IpAddress kV4 = support::Client();  // 203.0.113.45
const IpAddress kV6 = *IpAddress::Parse("2001:db8::45");

Known Txt(std::string name, std::vector<std::string> records) {
  return {Question::NameTexts(std::move(name)), Fact::Present(KeepTexts(std::move(records)).texts)};
}

Known A(std::string name, const char* address) {
  const auto parsed = IpAddress::Parse(address).value();
  return {Question::NameAddresses(std::move(name), parsed), Fact::Present(Addresses{parsed})};
}

Known Mx(std::string name, const std::vector<std::string>& hosts) {
  MailHosts records;
  for (const std::string& host : hosts) records.push_back({.preference = 10, .name = host});
  return {Question::NameMailHosts(std::move(name)), Fact::Present(records)};
}

Known Unavailable(Question question) {
  return {std::move(question), Fact::Unavailable()};
}

// The name is there, and has nothing of the type.
Known NoData(Question question) {
  return {std::move(question), Fact::Absent()};
}

SpfRequest From(std::string sender, const IpAddress& client = kV4) {
  return {.client = client, .helo = "mail.sender.example", .sender = std::move(sender)};
}

struct Played {
  SpfCheck check;
  std::vector<std::vector<Question>> rounds;  // what was asked together
};

// What is not among `dns` does not exist.
Played Play(const SpfRequest& request, const std::vector<Known>& dns, const SpfOptions& options = {}) {
  Played played;
  Facts facts;
  Fact no_name = Fact::Absent();
  no_name.is_no_name = true;
  while (played.rounds.size() < 200) {
    SpfOutcome outcome = EvaluateSpf(request, facts, options);
    if (outcome.check) {
      played.check = *std::move(outcome.check);
      return played;
    }
    for (const Question& question : outcome.open) {
      const auto found = std::ranges::find(dns, question, &Known::first);
      facts.Add(question, found == dns.end() ? no_name : found->second);
    }
    played.rounds.push_back(std::move(outcome.open));
  }
  ADD_FAILURE() << "no end";
  return played;
}

struct Case {
  const char* name;
  std::vector<Known> dns;
  SpfResult want;
  SpfFault fault = SpfFault::kNone;
  std::optional<SpfRequest> request{};  // nothing: of user@sender.example
  std::optional<unsigned> lookups{}, voids{};
};

class SpfTest : public testing::TestWithParam<Case> {};

TEST_P(SpfTest, Gives) {
  const auto& [name, dns, want, fault, request, lookups, voids] = GetParam();
  const SpfCheck got = Play(request.value_or(From("user@sender.example")), dns).check;
  EXPECT_STREQ(Name(got.result), Name(want));
  EXPECT_STREQ(Name(got.fault), Name(fault));
  EXPECT_EQ(got.lookups, lookups.value_or(got.lookups));
  EXPECT_EQ(got.voids, voids.value_or(got.voids));
}

const auto kRowName = [](const auto& row) { return std::string(row.param.name); };

Known Record(const char* text) {
  return Txt("sender.example", {text});
}

using enum SpfResult;
using Fault = SpfFault;

INSTANTIATE_TEST_SUITE_P(
    Identities, SpfTest,
    testing::Values(
        Case{"null_sender_is_that_of_helo", {Txt("mail.sender.example", {"v=spf1 -all"})}, kFail, {}, From("")},
        Case{"no_domain", {}, kNone, {}, From("postmaster")},
        Case{"address_literal", {}, kNone, {}, From("user@[203.0.113.45]")},
        Case{"empty_label", {}, kNone, {}, From("user@a..example")}, Case{"the_root", {}, kNone, {}, From("user@.")},
        Case{"control_byte", {}, kNone, {}, From("user@a\x01.example")},
        Case{"idn", {Txt("xn--mller-kva.example", {"v=spf1 -all"})}, kFail, {}, From("user@m\xc3\xbcller.example")},
        Case{"upper_case_and_final_dot", {Record("v=spf1 -all")}, kFail, {}, From("user@Sender.EXAMPLE.")},
        // RFC 8616, section 4: it matches nothing.
        Case{"local_part_beyond_ascii",
             {Record("v=spf1 exists:%{l}.a.example -all"), A("m\xc3\xbcller.a.example", "127.0.0.2")},
             kFail,
             {},
             From("m\xc3\xbcller@sender.example")}),
    kRowName);

INSTANTIATE_TEST_SUITE_P(
    Answers, SpfTest,
    testing::Values(
        Case{"no_answer_is_held_against_nobody",
             {Unavailable(Question::NameTexts("sender.example"))},
             kTemperror,
             Fault::kNoAnswer},
        Case{"of_an_include",
             {Record("v=spf1 include:a.example -all"), Unavailable(Question::NameTexts("a.example"))},
             kTemperror,
             Fault::kNoAnswer},
        Case{"of_an_address",
             {Record("v=spf1 a -all"), Unavailable(Question::NameAddresses("sender.example", kV4))},
             kTemperror,
             Fault::kNoAnswer},
        Case{"of_a_mail_host",
             {Record("v=spf1 mx -all"), Mx("sender.example", {"a.example"}),
              Unavailable(Question::NameAddresses("a.example", kV4))},
             kTemperror,
             Fault::kNoAnswer},
        Case{"of_ptr_is_no_match", {Record("v=spf1 ptr -all"), Unavailable(Question::Ptr())}, kFail},
        Case{
            "behind_a_match_nothing_matters",
            {Record("v=spf1 ip4:203.0.113.0/24 include:a.example -all"), Unavailable(Question::NameTexts("a.example"))},
            kPass},
        Case{"more_addresses_than_are_kept",
             {Record("v=spf1 a -all"),
              {Question::NameAddresses("sender.example", kV4),
               Fact{.state = Fact::State::kPresent, .is_cut = true, .records = Addresses{}}}},
             kTemperror,
             Fault::kNoAnswer},
        Case{"null_mx_is_nobody", {Record("v=spf1 mx -all"), Mx("sender.example", {""})}, kFail, {}, {}, 1, 0},
        Case{"a_mail_host_that_is_no_name",
             {Record("v=spf1 mx -all"), Mx("sender.example", {"a\\032b.example"})},
             kFail}),
    kRowName);

INSTANTIATE_TEST_SUITE_P(
    Voids, SpfTest,
    testing::Values(
        // pyspf counts three here, and every client of IPv6 is a permerror (pyspf #40 and #44).
        Case{"mail_hosts_without_the_family",
             {Record("v=spf1 mx -all"), Mx("sender.example", {"a.example", "b.example", "c.example"}),
              NoData(Question::NameAddresses("a.example", kV6)), NoData(Question::NameAddresses("b.example", kV6)),
              NoData(Question::NameAddresses("c.example", kV6))},
             kFail,
             {},
             From("user@sender.example", kV6),
             1,
             0},
        Case{"names_without_the_family",
             {Record("v=spf1 a:a.example a:b.example a:c.example -all"),
              NoData(Question::NameAddresses("a.example", kV4)), NoData(Question::NameAddresses("b.example", kV4)),
              NoData(Question::NameAddresses("c.example", kV4))},
             kFail,
             {},
             From("user@sender.example"),
             3,
             0},
        Case{"two_are_right", {Record("v=spf1 a:a.example a:b.example -all")}, kFail, {}, {}, 2, 2},
        Case{"the_third_is_one_too_many",
             {Record("v=spf1 a:a.example a:b.example a:c.example -all")},
             kPermerror,
             Fault::kTooManyVoids},
        Case{"even_where_it_is_the_last_term",
             {Record("v=spf1 a:a.example a:b.example a:c.example")},
             kPermerror,
             Fault::kTooManyVoids},
        Case{"no_data_of_exists",
             {Record("v=spf1 exists:a.example exists:b.example exists:c.example -all"),
              NoData(Question::NameAddresses("a.example", kV4)), NoData(Question::NameAddresses("b.example", kV4)),
              NoData(Question::NameAddresses("c.example", kV4))},
             kPermerror,
             Fault::kTooManyVoids},
        Case{"counted_over_the_tree",
             {Record("v=spf1 include:i.example a:c.example -all"),
              Txt("i.example", {"v=spf1 a:a.example a:b.example -all"})},
             kPermerror,
             Fault::kTooManyVoids}),
    kRowName);

std::string Many(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

INSTANTIATE_TEST_SUITE_P(
    Limits, SpfTest,
    testing::Values(
        Case{"one_name_that_is_not_there_ten_times",
             {Record("v=spf1 ip4:192.0.2.1 mx mx mx mx mx mx mx mx mx mx -all"),
              NoData(Question::NameMailHosts("sender.example"))},
             kPermerror,
             Fault::kTooManyVoids},
        Case{"a_loop_of_includes",
             {Record("v=spf1 include:sender.example -all")},
             kPermerror,
             Fault::kTooManyTerms,
             {},
             11},
        Case{"a_loop_of_redirects",
             {Record("v=spf1 redirect=sender.example")},
             kPermerror,
             Fault::kTooManyTerms,
             {},
             11},
        Case{"a_name_that_grows", {Record("v=spf1 include:x.%{d}")}, kPermerror, Fault::kNoRecord},
        Case{"a_record_longer_than_is_kept",
             {Txt("sender.example", {"v=spf1 " + std::string(65000, 'a')})},
             kPermerror,
             Fault::kTooLong},
        Case{"two_records_of_which_one_is_too_long",
             {Txt("sender.example", {"v=spf1 " + std::string(65000, 'a'), "v=spf1 -all"})},
             kPermerror,
             Fault::kSeveralRecords},
        Case{"a_thousand_addresses_fit",
             {Txt("sender.example", {"v=spf1" + Many(" ip4:1.2.3.4", 330) + " -all"})},
             kFail},
        Case{
            "more_records_than_are_looked_at",
            {{Question::NameTexts("sender.example"),
              Fact{.state = Fact::State::kPresent, .is_cut = true, .records = Texts{.whole = {"token"}, .begun = {}}}}},
            kPermerror,
            Fault::kTooLong},
        Case{"tokens_beside_the_record",
             {Txt("sender.example",
                  [] {
                    std::vector<std::string> texts(200, std::string(200, 't'));
                    texts.emplace_back("v=spf1 -all");
                    return texts;
                  }())},
             kFail}),
    kRowName);

TEST(Spf, TenTermsAreAllowedAndElevenAreNot) {
  const std::vector<Known> dns{A("a.example", "192.0.2.1"),
                               Txt("sender.example", {"v=spf1" + Many(" a:a.example", 10) + " -all"})};
  EXPECT_EQ(Play(From("user@sender.example"), dns).check.result, kFail);
  const std::vector<Known> more{A("a.example", "192.0.2.1"),
                                Txt("sender.example", {"v=spf1" + Many(" a:a.example", 11) + " -all"})};
  EXPECT_EQ(Play(From("user@sender.example"), more).check.fault, Fault::kTooManyTerms);
}

// The record names them: one wait instead of three.
TEST(Spf, IncludesAreAskedTogether) {
  const Played played =
      Play(From("user@sender.example"),
           {Record("v=spf1 include:A.example a include:b.example. include:%{d}.c.example redirect=d.example"),
            Txt("a.example", {"v=spf1 ?all"}), Txt("b.example", {"v=spf1 ?all"})});
  ASSERT_GE(played.rounds.size(), 2U);
  EXPECT_EQ(played.rounds[0], std::vector{Question::NameTexts("sender.example")});
  EXPECT_EQ(played.rounds[1], (std::vector{Question::NameTexts("a.example"), Question::NameTexts("b.example"),
                                           Question::NameTexts("d.example")}));
  EXPECT_EQ(played.rounds[2], std::vector{Question::NameAddresses("sender.example", kV4)}) << "only when it is reached";
}

TEST(Spf, WhatCannotBeReachedIsNotAsked) {
  const Played played =
      Play(From("user@sender.example"), {Record("v=spf1 include:a.example -all include:b.example redirect=c.example"),
                                         Txt("a.example", {"v=spf1 ?all"})});
  ASSERT_EQ(played.rounds.size(), 2U);
  EXPECT_EQ(played.rounds[1], std::vector{Question::NameTexts("a.example")});
  const Played matched =
      Play(From("user@sender.example"), {Record("v=spf1 ip4:203.0.113.45 include:a.example mx -all")});
  EXPECT_EQ(matched.rounds.size(), 1U);
}

TEST(Spf, AHugeTreeHasABoundedNumberOfQuestions) {
  std::vector<Known> dns;
  std::string includes = "v=spf1";
  for (int i = 0; i < 100; ++i) includes += " include:n" + std::to_string(i) + ".example";
  for (int i = 0; i < 100; ++i) dns.push_back(Txt("n" + std::to_string(i) + ".example", {includes}));
  dns.push_back(Txt("sender.example", {includes}));
  const Played played = Play(From("user@sender.example"), dns);
  EXPECT_EQ(played.check.fault, Fault::kTooManyTerms);
  std::size_t questions = 0;
  for (const auto& round : played.rounds) questions += round.size();
  EXPECT_LE(questions, 20U);
}

struct Anybody {
  const char* record;
  bool want;
};

TEST(Spf, APassForAnybodyVouchesForNobody) {
  const std::vector<Known> others{A("sender.example", "203.0.113.1"), Txt("all.example", {"v=spf1 +all"}),
                                  A("there.example", "127.0.0.2"), A("203.0.113.45.there.example", "127.0.0.2")};
  for (const auto& [record, want] :
       {Anybody{"v=spf1 +all", true}, Anybody{"v=spf1 include:all.example -all", true},
        Anybody{"v=spf1 redirect=all.example", true}, Anybody{"v=spf1 ip4:0.0.0.0/0 -all", true},
        Anybody{"v=spf1 ip4:203.0.0.0/7 -all", true}, Anybody{"v=spf1 ip4:203.0.0.0/8 -all", false},
        Anybody{"v=spf1 a/0 -all", true}, Anybody{"v=spf1 a/24 -all", false},
        Anybody{"v=spf1 exists:there.example -all", true}, Anybody{"v=spf1 exists:%{i}.there.example -all", false}}) {
    std::vector<Known> dns = others;
    dns.push_back(Record(record));
    const SpfCheck check = Play(From("user@sender.example"), dns).check;
    EXPECT_EQ(check.result, kPass) << record;
    EXPECT_EQ(check.is_for_anybody, want) << record;
    EXPECT_EQ(check.vouches(), !want) << record;
  }
  EXPECT_FALSE(Play(From("user@sender.example"), {Record("v=spf1 ?all")}).check.is_for_anybody);
  const std::vector<Known> v6{Record("v=spf1 ip6:2001::/20 -all")};
  EXPECT_TRUE(Play(From("user@sender.example", kV6), v6).check.is_for_anybody);
}

TEST(Spf, SaysWhichTermDecided) {
  const SpfCheck check = Play(From("user@sender.example"),
                              {Record("v=spf1 mx redirect=a.example"), Mx("sender.example", {}),
                               Txt("a.example", {"v=spf1 include:b.example ~all"}), Txt("b.example", {"v=spf1 -all"})})
                             .check;
  EXPECT_EQ(check.result, kSoftfail);
  EXPECT_EQ(check.term, "~all");
  EXPECT_EQ(check.domain, "a.example");
  EXPECT_EQ(check.lookups, 3U);
  std::string tree;
  for (const SpfStep& step : check.steps) {
    tree += std::string(step.depth, ' ') + step.domain + " " + step.term + " " +
            std::to_string(static_cast<int>(step.state)) + (step.is_counted ? " +\n" : "\n");
  }
  EXPECT_EQ(tree,
            "sender.example v=spf1 mx redirect=a.example 0\n"
            "sender.example mx 2 +\n"
            "sender.example redirect=a.example 2 +\n"
            " a.example v=spf1 include:b.example ~all 0\n"
            " a.example include:b.example 2 +\n"
            "  b.example v=spf1 -all 0\n"
            "  b.example -all 1\n"
            " a.example ~all 1\n");
}

TEST(Spf, AnErrorSaysWhereItLies) {
  const SpfCheck check = Play(From("user@sender.example"),
                              {Record("v=spf1 include:a.example -all"), Txt("a.example", {"v=spf1 ip4:1.2.3 -all"})})
                             .check;
  EXPECT_EQ(check.result, kPermerror);
  EXPECT_EQ(check.fault, Fault::kSyntax);
  EXPECT_EQ(check.term, "ip4:1.2.3");
  EXPECT_EQ(check.domain, "a.example");
}

struct Explained {
  const char* name;
  std::vector<std::string> texts;
  std::string want;
};

TEST(Spf, ExplainsOnlyInWhatCanBePrinted) {
  for (const auto& [name, texts, want] :
       {Explained{"plain", {"See http://sender.example/?ip=%{c}"}, "See http://sender.example/?ip=203.0.113.45"},
        Explained{"of_another", {"Not for %{s}"}, "Not for user@sender.example"},
        Explained{"line_end", {"a\r\n250 ok"}, ""}, Explained{"escape", {"\x1b[2J"}, ""},
        Explained{"beyond_ascii", {"\xe9\x96\xa2"}, ""}, Explained{"several", {"a", "b"}, ""},
        Explained{"bad_macro", {"%{x}"}, ""}, Explained{"longest", {std::string(4000, 'x')}, std::string(512, 'x')},
        Explained{"longer_than_is_kept", {std::string(5000, 'x')}, ""}}) {
    const std::vector<Known> dns{Record("v=spf1 -all exp=why.example"), Txt("why.example", texts)};
    EXPECT_EQ(Play(From("user@sender.example"), dns, {.explains = true}).check.explanation, want) << name;
  }
  const std::vector<Known> dns{Record("v=spf1 -all exp=why.example"), Txt("why.example", {"%{l}"})};
  EXPECT_EQ(Play(From("\x1b@sender.example"), dns, {.explains = true}).check.explanation, "") << "what a sender sent";
}

TEST(Spf, AnExplanationThatNobodyWantsIsNotAsked) {
  const std::vector<Known> dns{Record("v=spf1 -all exp=why.example")};
  EXPECT_EQ(Play(From("user@sender.example"), dns).rounds.size(), 1U);
  EXPECT_EQ(
      Play(From("user@sender.example"), {Record("v=spf1 ~all exp=why.example")}, {.explains = true}).rounds.size(), 1U);
}

// The PTR record is the client's, who may be anybody: only its first names are looked at, and no limit is an error.
TEST(Spf, OnlySomeNamesOfAPtrRecordAreLookedAt) {
  HostNames names;
  std::vector<Known> dns{Record("v=spf1 ptr:a.example exists:%{p}.b.example -all")};
  for (std::size_t i = 0; i < kMaxPtrNames; ++i) {
    names.push_back("n" + std::to_string(i) + ".c.example");
    dns.push_back(support::Forward(names.back(), support::kClient));
  }
  dns.emplace_back(Question::Ptr(), Fact{.state = Fact::State::kPresent, .is_cut = true, .records = names});
  const Played played = Play(From("user@sender.example"), dns);
  EXPECT_EQ(played.check.result, kFail);
  EXPECT_EQ(played.check.lookups, 2U);
  std::size_t forwards = 0;
  for (const auto& round : played.rounds) {
    forwards += static_cast<std::size_t>(std::ranges::count(round, Question::Kind::kForward, &Question::kind));
  }
  EXPECT_EQ(forwards, kMaxPtrNames);
}

}  // namespace rules::spf_test
