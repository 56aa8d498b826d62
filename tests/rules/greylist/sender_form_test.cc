#include "rules/greylist/sender_form.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

namespace rules::sender_form_test {

struct Case {
  const char* name;
  std::string sender;
  const char* want;
  std::string recipient = "";
};

class SenderFormTest : public testing::TestWithParam<Case> {};

TEST_P(SenderFormTest, TakesOutWhatChangesFromMailToMail) {
  const std::string got = NormalizeSender(GetParam().sender, GetParam().recipient);
  EXPECT_EQ(got, GetParam().want);
  EXPECT_EQ(NormalizeSender(got, ""), got) << "twice is once";
}

INSTANTIATE_TEST_SUITE_P(
    Sender, SenderFormTest,
    testing::Values(
        Case{"null_sender", "", ""}, Case{"plain", "First.Last@Example.COM.", "first.last@example.com"},
        Case{"no_domain", "MAILER-DAEMON", "mailer-daemon"},
        Case{"domain_is_left_alone", "a@b1.4f3a2b.example", "a@b1.4f3a2b.example"},
        // draft-levine-smtp-batv-01: prvs=tag-val=loc-core
        Case{"batv", "prvs=1234abcdef=user@example.com", "prvs=#=user@example.com"},
        Case{"batv_other_day", "prvs=2299fedcba=User@example.com", "prvs=#=user@example.com"},
        Case{"batv_without_local_part", "prvs=1234abcdef@example.com", "prvs=#@example.com"},
        Case{"srs0", "SRS0=HHH=TT=Orig.example=user@fwd.example", "srs0=#=#=orig.example=user@fwd.example"},
        Case{"srs0_other_stamp", "SRS0=9xYz=7Q=orig.example=user@fwd.example",
             "srs0=#=#=orig.example=user@fwd.example"},
        Case{"srs1", "SRS1=HHHH=host.example==HHH=TT=orig.example=user@fwd2.example",
             "srs1=#=host.example==#=#=orig.example=user@fwd2.example"},
        Case{"srs0_hyphen", "SRS0-guWu=HQ=orig.example=user@fwd.example", "srs0=#=#=orig.example=user@fwd.example"},
        Case{"srs0_plus", "SRS0+wl+kq=k3=orig.example=user@fwd.example", "srs0=#=#=orig.example=user@fwd.example"},
        Case{"srs1_hyphen", "SRS1-HHHH=host.example=-HHH=TT=orig.example=user@fwd2.example",
             "srs1=#=host.example==#=#=orig.example=user@fwd2.example"},
        Case{"srs1_plus", "SRS1+HHHH=host.example=+HHH=TT=orig.example=user@fwd2.example",
             "srs1=#=host.example==#=#=orig.example=user@fwd2.example"},
        Case{"srs_around_batv", "SRS0=HHH=TT=orig.example=prvs=1234abcdef=user@fwd.example",
             "srs0=#=#=orig.example=prvs=#=user@fwd.example"},
        Case{"batv_of_barracuda", "btv1==0123456789a==User@example.com", "btv1==#==user@example.com"},
        Case{"batv_of_barracuda_cut_off", "btv1==x=user@example.com", "btv#==x=user@example.com"},
        Case{"srs0_cut_off", "SRS0=HHH@fwd.example", "srs0=#@fwd.example"},
        Case{"srs1_cut_off", "SRS1=HHH@fwd.example", "srs1=#@fwd.example"},
        Case{"verp", "list-return-77-user=rcpt.example@lists.example", "list-return-#-#@lists.example"},
        Case{"verp_of_sympa", "list-owner=user=rcpt.example@lists.example", "list-owner=#@lists.example"},
        Case{"many_equals_signs", "n01361f1607-0fe5a8-bob===here.example@bounce.x.example", "#-#-#@bounce.x.example"},
        Case{"many_equals_signs_and_the_recipient", "n0137711688-17c4e9-bob===here.example@bounce.x.example",
             "#-#-#@bounce.x.example", "bob@here.example"},
        Case{"many_equals_signs_and_a_hyphen", "n0137711688-17c4e9-ann-marie===here.example@bounce.x.example",
             "#-#-#@bounce.x.example", "ann-marie@here.example"},
        Case{"recipient_with_hyphen", "list-return-77-joe-smith=rcpt.example@lists.example",
             "list-return-#-#@lists.example", "Joe-Smith@rcpt.example"},
        Case{"recipient_before_a_number", "news-joe=rcpt.example-4711@lists.example", "news-#-#@lists.example",
             "joe@rcpt.example"},
        Case{"recipient_in_words", "b.joe_at_rcpt.example.x@lists.example", "b.#.x@lists.example", "joe@rcpt.example"},
        Case{"recipient_with_underscore", "joe_rcpt.example@lists.example", "#@lists.example", "joe@rcpt.example"},
        Case{"part_of_a_longer_name", "xjoe_rcpt.example@lists.example", "xjoe_rcpt.example@lists.example",
             "joe@rcpt.example"},
        Case{"recipient_of_the_same_domain", "joe@rcpt.example", "joe@rcpt.example", "joe@rcpt.example"},
        Case{"tag", "user+anything@example.com", "user@example.com"},
        Case{"bounce_tag", "bounces+12345-ab12-user=rcpt.example@em.example", "bounces@em.example"},
        Case{"number", "newsletter-20261121@example.com", "newsletter-#@example.com"},
        Case{"digits_in_a_word", "mailer7@example.com", "mailer#@example.com"},
        Case{"uuid", "0100018c-7b1e-4c55-beef-0123456789ab-000000@ses.example", "#-#-#-#-#-#@ses.example"},
        Case{"ses", "0102018c7b1e4c55-7b1e4c55-beef-4abc-8def-0123456789ab-000000@eu-west-1.amazonses.example",
             "#-#-#-#-#-#-#@eu-west-1.amazonses.example"},
        Case{"short_groups_before_a_long_one", "4c-7b1e-0123456789ab@ses.example", "#-#-#@ses.example"},
        Case{"base64url", "b.guWuHQkZtXaBvQ.x@ses.example", "b.#.x@ses.example"},
        Case{"hexadecimal", "bounce-4f3a2b1c9d@example.com", "bounce-#@example.com"},
        Case{"hexadecimal_of_letters_is_a_word", "facade.dead-beef@example.com", "facade.dead-beef@example.com"},
        Case{"mixture", "bounce_x7gk29abq@example.com", "bounce_#@example.com"},
        Case{"quoted_at", "\"a@b\"@example.com", "\"a@b\"@example.com"},
        Case{"empty_local_part", "@example.com", "@example.com"},
        Case{"only_separators", "=.-_/@example.com", "=.-_/@example.com"}),
    [](const auto& row) { return row.param.name; });

TEST(SenderForm, LongSendersCostLinearTime) {
  EXPECT_EQ(NormalizeSender(std::string(1'000'000, '7') + "@x.example", ""), "#@x.example");
  EXPECT_EQ(NormalizeSender(std::string(1'000'000, '='), "").size(), 1'000'000U);
}

// Processor time of this thread, the least of some runs.
double Milliseconds(const std::string& sender, const std::string& recipient) {
  double least = 1e9;
  for (int run = 0; run < 7; ++run) {
    timespec begin{};
    timespec end{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    EXPECT_FALSE(NormalizeSender(sender, recipient).empty());
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    const auto seconds = static_cast<double>(end.tv_sec - begin.tv_sec);
    least = std::min(least, seconds * 1e3 + static_cast<double>(end.tv_nsec - begin.tv_nsec) / 1e6);
  }
  return least;
}

struct HostileCase {
  const char* name;
  std::string sender_piece, recipient_piece;  // each repeated up to the length, and joined with a domain
};

class HostileSenderTest : public testing::TestWithParam<HostileCase> {};

// Eight times as long takes about eight times as long: a sender that repeats what its recipient begins with took 64.
TEST_P(HostileSenderTest, CostsLinearTime) {
  const auto repeated = [](const std::string& piece, std::size_t size) {
    std::string text;
    while (text.size() < size) text += piece;
    return text;
  };
  const auto cost = [&](std::size_t size) {
    const std::string user = repeated(GetParam().recipient_piece, size / 2);
    const std::string domain = "here.example";
    return Milliseconds(repeated(GetParam().sender_piece, size) + "=" + domain + "@x.example", user + "@" + domain);
  };
  EXPECT_LT(cost(64'000) / cost(8'000), 24);
}

INSTANTIATE_TEST_SUITE_P(Senders, HostileSenderTest,
                         testing::Values(HostileCase{"one_letter", "a", "a"}, HostileCase{"separators", "-", "-"},
                                         HostileCase{"equals_signs", "=", "="}, HostileCase{"words", "a-", "a-"},
                                         HostileCase{"domains", "a=here.example-", "a"},
                                         HostileCase{"wrappers", "srs0=a=b=c=prvs=d=", "a"},
                                         HostileCase{"hexadecimal", "1a-", "1a-"}),
                         [](const auto& row) { return row.param.name; });

TEST(SenderForm, DifferentPeopleStayDifferent) {
  EXPECT_NE(NormalizeSender("anna@example.com", ""), NormalizeSender("anne@example.com", ""));
  EXPECT_NE(NormalizeSender("anna@example.com", ""), NormalizeSender("anna@example.net", ""));
  EXPECT_NE(NormalizeSender("", ""), NormalizeSender("@", ""));
  const std::vector<std::pair<const char*, const char*>> people = {{"ann.smith", "bob.jones"},
                                                                   {"ed1", "abe2"},
                                                                   {"deb", "dad"},
                                                                   {"ann-lee", "bob-lee"},
                                                                   {"smith12345", "jones12345"},
                                                                   {"JohnSmithJones", "AnnSmithJones"},
                                                                   {"JSMcDonald", "JSMacDonald"},
                                                                   {"zw7770987", "xl7770987"},
                                                                   {"john2smith", "mary3brown"},
                                                                   {"srs", "prvs"},
                                                                   {"ann=work", "bob=work"}};
  for (const auto& [a, b] : people) {
    const std::string domain = "@example.com";
    EXPECT_NE(NormalizeSender(a + domain, ""), NormalizeSender(b + domain, "")) << a << ", " << b;
    EXPECT_NE(NormalizeSender(a + domain, "x@here.example"), NormalizeSender(b + domain, "x@here.example"));
  }
}

}  // namespace rules::sender_form_test
