#include "rules/sender_form.h"

#include <gtest/gtest.h>

namespace rules {
namespace {

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
        Case{"srs0_cut_off", "SRS0=HHH@fwd.example", "srs0=#@fwd.example"},
        Case{"srs1_cut_off", "SRS1=HHH@fwd.example", "srs1=#@fwd.example"},
        Case{"verp", "list-return-77-user=rcpt.example@lists.example", "list-return-#-#@lists.example"},
        Case{"verp_of_sympa", "list-owner=user=rcpt.example@lists.example", "list-owner=#@lists.example"},
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

TEST(SenderForm, DifferentPeopleStayDifferent) {
  EXPECT_NE(NormalizeSender("anna@example.com", ""), NormalizeSender("anne@example.com", ""));
  EXPECT_NE(NormalizeSender("anna@example.com", ""), NormalizeSender("anna@example.net", ""));
  EXPECT_NE(NormalizeSender("", ""), NormalizeSender("@", ""));
}

}  // namespace
}  // namespace rules
