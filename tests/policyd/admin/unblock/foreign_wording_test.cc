#include "policyd/admin/unblock/pasted_text.h"

#include <optional>
#include <string_view>

#include <gtest/gtest.h>

namespace policyd::admin::foreign_wording_test {

struct Case {
  const char* name;
  const char* text;
  std::optional<std::string_view> want;  // a part of the answer; nothing: not recognised
};

class ForeignWordingTest : public testing::TestWithParam<Case> {};

TEST_P(ForeignWordingTest, SaysWhereToLook) {
  const auto where = ForeignRefusalIn(GetParam().text).here;
  ASSERT_EQ(where.has_value(), GetParam().want.has_value()) << where.value_or("");
  if (where) {
    EXPECT_NE(where->find(*GetParam().want), std::string_view::npos) << *where;
  }
}

// The replies are those of Postfix 3.7 (smtpd_check.c, postscreen_smtpd.c), rspamd 3.4 and postgrey 1.37.
INSTANTIATE_TEST_SUITE_P(
    Ctl, ForeignWordingTest,
    testing::Values(
        Case{"postscreen_dnsbl", "550 5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.example",
             "postscreen_dnsbl_sites"},
        Case{"postscreen_deep_test", "450 4.3.2 Service currently unavailable", "postscreen"},
        Case{"postscreen_pregreet", "postfix/postscreen[7]: PREGREET 14 after 0.1 from [192.0.2.1]:25", "postscreen"},
        Case{"reject_rbl_client",
             "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.example; see www.example",
             "reject_rbl_client"},
        Case{"folded_and_in_other_case", "554 5.7.1 SERVICE unavailable;\r\n   client\r\n\thost [192.0.2.1] blocked",
             "reject_rbl_client"},
        Case{"reject_rhsbl_sender", "554 5.7.1 Service unavailable; Sender address [a@b.example] blocked using x",
             "reject_rhsbl"},
        Case{"reject_unknown_client_hostname",
             "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]",
             "reject_unknown_client_hostname"},
        Case{"reject_unknown_reverse_client_hostname",
             "450 4.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.1]",
             "reject_unknown_reverse_client_hostname"},
        Case{"reject_invalid_helo", "501 5.5.2 <x>: Helo command rejected: Invalid name", "helo"},
        Case{"unknown_sender_domain", "450 4.1.8 <a@b>: Sender address rejected: Domain not found", "sender"},
        Case{"check_client_access", "554 5.7.1 <h[192.0.2.1]>: Client host rejected: Access denied", "client"},
        Case{"relay", "554 5.7.1 <a@b.example>: Relay access denied", "does not take mail for it"},
        Case{"user_unknown", "550 5.1.1 <a@b>: Recipient address rejected: User unknown in virtual mailbox table",
             "recipient"},
        Case{"postgrey", "450 4.2.0 <a@b>: Recipient address rejected: Greylisted, see http://postgrey.example",
             "greylisting"},
        Case{"rspamd_reject", "554 5.7.1 Spam message rejected", "rspamd"},
        Case{"rspamd_greylist", "451 4.7.1 Try again later", "rspamd"},
        Case{"rspamd_named", "milter: rspamd said no", "rspamd"},
        Case{"dmarc", "550 5.7.1 rejected by DMARC policy for b.example", "DMARC"},
        Case{"header_checks", "550 5.7.1 message content rejected", "header_checks"},
        Case{"milter", "NOQUEUE: milter-reject: RCPT from x[192.0.2.1]: 550 5.7.1 Command rejected", "milters"},
        Case{"our_own_texts",
             "450 4.7.1 <a@b>: Recipient address rejected: Access denied. Cannot resolve PTR record for [192.0.2.1]",
             std::nullopt},
        Case{"our_own_greylisting",
             "450 4.7.1 <a@b>: Recipient address rejected: Greylisted, try again in 180 seconds. Cannot resolve PTR",
             std::nullopt},
        Case{"greylisting_of_a_preset", "450 4.7.1 <a@b>: Greylisted. Please send again in 180 seconds: [192.0.2.1]",
             std::nullopt},
        Case{"headers_of_a_mail", "DKIM-Signature: v=1\nReceived-SPF: pass\nX-Virus-Scanned: yes\nX-Greylist: no",
             std::nullopt},
        Case{"nothing", "", std::nullopt}),
    [](const auto& row) { return row.param.name; });

struct HostCase {
  const char* name;
  const char* text;
  std::optional<std::string_view> want_host;
  std::optional<std::string_view> want_of_our_mail;  // a part of it
};

class RefusingHostTest : public testing::TestWithParam<HostCase> {};

TEST_P(RefusingHostTest, IsNamedByTheBounce) {
  const ForeignRefusal refusal = ForeignRefusalIn(GetParam().text);
  EXPECT_EQ(refusal.host, GetParam().want_host);
  const auto& want = GetParam().want_of_our_mail;
  ASSERT_EQ(refusal.of_our_mail.has_value(), want.has_value()) << refusal.of_our_mail.value_or("");
  if (want) {
    EXPECT_NE(refusal.of_our_mail->find(*want), std::string_view::npos) << *refusal.of_our_mail;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Ctl, RefusingHostTest,
    testing::Values(
        HostCase{
            "postfix",
            "<x@other.example>: host mx.other.example[192.0.2.1] said: 450 4.7.25 Client host\n    rejected: cannot "
            "find your hostname, [198.51.100.1] (in reply to RCPT TO command)",
            "mx.other.example", "PTR record of our outgoing address"},
        HostCase{"exim",
                 "SMTP error after RCPT TO:<x@other.example>: host mx.other.example [192.0.2.1]: 550 blocked using z",
                 "mx.other.example", "block list"},
        HostCase{"sendmail", "... while talking to mx.other.example.:\n>>> RCPT To:<x>\n<<< 550 5.1.1 User unknown",
                 "mx.other.example", "does not exist there"},
        HostCase{"dsn", "Reporting-MTA: dns; mail.here.example\nRemote-MTA: dns; mx.other.example\n",
                 "mx.other.example", std::nullopt},
        HostCase{"exchange", "Remote Server at mx.other.example (192.0.2.1) returned '450 4.7.0 try again later'",
                 "mx.other.example", "tries again"},
        HostCase{"google", "for the recipient domain other.example by mx.other.example. [192.0.2.1].",
                 "mx.other.example", std::nullopt},
        HostCase{"connection_refused_to_talk", "host mx.other.example[192.0.2.1] refused to talk to me: 554 spamhaus",
                 "mx.other.example", "Spamhaus"},
        HostCase{"client_host_is_none", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using x",
                 std::nullopt, "block list"},
        HostCase{"nothing", "", std::nullopt, std::nullopt}),
    [](const auto& row) { return row.param.name; });

}  // namespace policyd::admin::foreign_wording_test
