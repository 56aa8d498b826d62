#include "policyd/admin/setup/postfix_advice.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/postconf_text.h"

namespace policyd::admin::postfix_advice_test {

using support::kDebianPostconf;

const std::string kOurs = "check_policy_service { unix:private/sekimori, timeout=10s, default_action=DUNNO }";

PostfixAdvice Advice(const std::string& postconf) {
  return AdviseOn(ReadPostconf(postconf), "unix:private/sekimori", {"inet:127.0.0.1:10040"});
}

PostfixAdvice AdviceFor(const std::string& recipient_restrictions, const std::string& more = {}) {
  return Advice(kDebianPostconf + "smtpd_recipient_restrictions = " + recipient_restrictions + "\n" + more);
}

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : " | ") + text;
  return joined;
}

TEST(Postconf, IsReadInAnyOrderAndWithLinesThatGoOn) {
  const Postconf postconf = ReadPostconf(
      "submission/inet/smtpd_recipient_restrictions = permit_sasl_authenticated,reject\n"
      "# a comment\n"
      "smtpd_recipient_restrictions = permit_mynetworks,\n"
      "    reject_unauth_destination\n"
      "submission inet  n       -       y       -       -       smtpd\n"
      "    -o smtpd_tls_security_level=encrypt\n");
  EXPECT_EQ(postconf.Get("smtpd_recipient_restrictions"), "permit_mynetworks, reject_unauth_destination");
  EXPECT_EQ(postconf.Get("nothing"), "");
  ASSERT_EQ(postconf.services.size(), 1U);
  EXPECT_TRUE(postconf.services[0].is_chrooted);
  EXPECT_EQ(postconf.services[0].program, "smtpd");
  EXPECT_EQ(postconf.services[0].overrides.at("smtpd_recipient_restrictions"), "permit_sasl_authenticated,reject");
}

TEST(Postconf, SplitsRestrictionsWithTheirArguments) {
  const auto items = SplitRestrictions(
      " permit_mynetworks  Reject_RBL_Client zen.example,check_client_access { hash:/etc/a, x },"
      "check_policy_service {inet:127.0.0.1:10023, timeout=2s},,permit");
  std::vector<std::string> texts;
  for (const Restriction& item : items) texts.push_back(item.text);
  EXPECT_EQ(Joined(texts),
            "permit_mynetworks | Reject_RBL_Client zen.example | check_client_access { hash:/etc/a, x } | "
            "check_policy_service {inet:127.0.0.1:10023, timeout=2s} | permit");
  EXPECT_EQ(items[1].name, "reject_rbl_client");
  EXPECT_EQ(PolicyServer(items[3]), "inet:127.0.0.1:10023");
  EXPECT_EQ(PolicyServer(SplitRestrictions("check_policy_service unix:private/x")[0]), "unix:private/x");
  EXPECT_EQ(PolicyServer(SplitRestrictions("check_policy_service")[0]), "");
}

struct Case {
  const char* name;
  std::string now;
  std::string want;
};

class PostfixPlaceTest : public testing::TestWithParam<Case> {};

TEST_P(PostfixPlaceTest, PutsOurLineInItsPlace) {
  const auto advice = AdviceFor(GetParam().now);
  EXPECT_EQ(Joined(advice.items), GetParam().want);
  EXPECT_EQ(advice.is_done, GetParam().now == GetParam().want) << "it is done where nothing changes";
  EXPECT_NE(advice.is_done, !advice.reasons.empty()) << "what changes has a reason";
  // What it says is what it takes.
  std::string pasted;
  for (const std::string& item : advice.items) pasted += item + ", ";
  EXPECT_TRUE(AdviceFor(pasted).is_done) << pasted;
}

INSTANTIATE_TEST_SUITE_P(
    Postfix, PostfixPlaceTest,
    testing::Values(
        Case{
            "bare_debian", "",
            "permit_mynetworks | permit_sasl_authenticated | reject_unauth_destination | reject_unlisted_recipient | " +
                kOurs},
        Case{"last", "permit_mynetworks, reject_unauth_destination, reject_unlisted_recipient",
             "permit_mynetworks | reject_unauth_destination | reject_unlisted_recipient | " + kOurs},
        Case{"unknown_recipients_first", "permit_mynetworks, reject_unauth_destination",
             "permit_mynetworks | reject_unauth_destination | reject_unlisted_recipient | " + kOurs},
        Case{"before_a_permit", "permit_mynetworks, reject_unlisted_recipient, permit",
             "permit_mynetworks | reject_unlisted_recipient | " + kOurs + " | permit"},
        Case{"kept_with_its_options", "check_policy_service { inet:127.0.0.1:10040, timeout=5s, default_action=DUNNO }",
             "check_policy_service { inet:127.0.0.1:10040, timeout=5s, default_action=DUNNO }"},
        Case{"mended", "permit_mynetworks check_policy_service inet:127.0.0.1:10040", "permit_mynetworks | " + kOurs},
        Case{"moved_behind_the_relay_check", kOurs + ", reject_unlisted_recipient, reject_unauth_destination",
             "reject_unlisted_recipient | reject_unauth_destination | " + kOurs},
        Case{"moved_before_the_end", "permit_mynetworks, reject_unlisted_recipient, permit, " + kOurs,
             "permit_mynetworks | reject_unlisted_recipient | " + kOurs + " | permit"}),
    [](const auto& row) { return row.param.name; });

TEST(Postfix, RefusesRelayBeforeItWhereNothingElseDoes) {
  const std::string open = "smtpd_relay_restrictions =\n";
  EXPECT_EQ(Joined(AdviceFor("permit_mynetworks", open).items),
            "permit_mynetworks | reject_unauth_destination | reject_unlisted_recipient | " + kOurs);
  const std::string late = "smtpd_relay_before_recipient_restrictions = no\n";
  EXPECT_EQ(Joined(AdviceFor("permit_mynetworks", late).items),
            "permit_mynetworks | reject_unauth_destination | reject_unlisted_recipient | " + kOurs);
}

struct NoteCase {
  const char* name;
  std::string postconf;
  std::string want;
};

class PostfixNoteTest : public testing::TestWithParam<NoteCase> {};

TEST_P(PostfixNoteTest, NamesWhatElseIsAsked) {
  const std::string notes = Joined(Advice(kDebianPostconf + GetParam().postconf).notes);
  EXPECT_NE(notes.find(GetParam().want), std::string::npos) << notes;
  EXPECT_EQ(Joined(Advice(kDebianPostconf).notes), "") << "without it there is nothing to say";
}

INSTANTIATE_TEST_SUITE_P(
    Postfix, PostfixNoteTest,
    testing::Values(
        NoteCase{"postgrey", "smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:10023\n",
                 "asks inet:127.0.0.1:10023 as well (postgrey): it greylists"},
        NoteCase{"postgrey_by_its_socket",
                 "smtpd_recipient_restrictions = check_policy_service { unix:postgrey/socket, timeout=1s }\n",
                 "(postgrey): it greylists"},
        NoteCase{"policyd_weight_elsewhere", "smtpd_client_restrictions = check_policy_service inet:127.0.0.1:12525\n",
                 "smtpd_client_restrictions asks inet:127.0.0.1:12525 as well (policyd-weight)"},
        NoteCase{"gross", "smtpd_sender_restrictions = check_policy_service inet:127.0.0.1:5525\n", "(gross)"},
        NoteCase{"unknown", "smtpd_data_restrictions = check_policy_service unix:private/x\n",
                 "smtpd_data_restrictions asks unix:private/x as well: see whether"},
        NoteCase{"in_a_class", "smtpd_restriction_classes = careful\ncareful = check_policy_service inet:[::1]:10023\n",
                 "careful asks inet:[::1]:10023 as well (postgrey)"},
        NoteCase{"us_twice", "smtpd_sender_restrictions = check_policy_service inet:127.0.0.1:10040\n",
                 "smtpd_sender_restrictions asks us, too"},
        NoteCase{"lists_of_postfix", "smtpd_client_restrictions = reject_rbl_client zen.example\n",
                 "smtpd_client_restrictions has reject_rbl_client zen.example"},
        NoteCase{"greylisting_milter", "smtpd_milters = unix:milter-greylist/milter-greylist.sock\n",
                 "a greylisting milter"},
        NoteCase{"rspamd", "smtpd_milters = inet:localhost:11332\n", "rspamd greylists, too"},
        NoteCase{"postscreen_lists", "smtp inet n - y - 1 postscreen\npostscreen_dnsbl_sites = zen.example*2\n",
                 "import postscreen"},
        NoteCase{"postscreen_deep",
                 "smtp inet n - y - 1 postscreen\npostscreen_dnsbl_sites =\npostscreen_pipelining_enable = yes\n",
                 "it may wait twice"},
        NoteCase{"overridden", "smtp/inet/smtpd_recipient_restrictions = permit\n",
                 "master.cf gives smtp/inet its own smtpd_recipient_restrictions (permit)"},
        NoteCase{"overridden_elsewhere",
                 "smtp/inet/smtpd_client_restrictions = check_policy_service inet:127.0.0.1:10023\n",
                 "master.cf: smtp/inet: smtpd_client_restrictions asks inet:127.0.0.1:10023"},
        NoteCase{"old", "mail_version = 2.11.3\n", "Postfix 2.11.3 does not know { }"},
        NoteCase{"a_table_before", "smtpd_recipient_restrictions = check_client_access hash:/etc/postfix/ok\n",
                 "check_client_access hash:/etc/postfix/ok stands before it"}),
    [](const auto& row) { return row.param.name; });

TEST(Postfix, ChoosesTheSocketThatSmtpdReaches) {
  const std::string queue = "/var/spool/postfix";
  const config::Endpoint tcp{.is_unix = false, .host = "127.0.0.1", .port = 10041};
  const config::Endpoint tcp6{.is_unix = false, .host = "::1", .port = 10040};
  const config::Endpoint inside{.is_unix = true, .host = "/var/spool/postfix/sekimori/policy"};
  const config::Endpoint outside{.is_unix = true, .host = "/run/sekimori/policy"};
  EXPECT_EQ(ServerFor({tcp}, queue, true), "unix:private/sekimori");
  EXPECT_EQ(ServerFor({tcp}, queue, false), "inet:127.0.0.1:10041");
  EXPECT_EQ(ServerFor({tcp6}, queue, false), "inet:[::1]:10040");
  EXPECT_EQ(ServerFor({tcp, inside}, queue, false), "unix:sekimori/policy");
  EXPECT_EQ(ServerFor({outside, tcp}, queue, false), "inet:127.0.0.1:10041");
  EXPECT_EQ(ServerFor({outside}, queue, false), "unix:/run/sekimori/policy");
  const auto advice = AdviseOn(ReadPostconf(kDebianPostconf), "unix:/run/sekimori/policy", {});
  EXPECT_NE(Joined(advice.notes).find("smtp/inet is chrooted and cannot reach unix:/run/sekimori/policy"),
            std::string::npos);
}

// warn_if_reject stands for the next restriction alone: parted from ours it would turn the relay check into a warning.
TEST(Postfix, KeepsWarnIfRejectWithItsRestriction) {
  const std::string ours = "warn_if_reject check_policy_service { inet:127.0.0.1:10040, default_action=DUNNO }";
  const auto moved =
      AdviceFor("permit_mynetworks, " + ours + ", reject_unauth_destination", "smtpd_relay_restrictions =\n");
  EXPECT_EQ(moved.items, (std::vector<std::string>{"permit_mynetworks", "reject_unauth_destination",
                                                   "reject_unlisted_recipient", ours}));
  EXPECT_NE(Joined(moved.notes).find("warn_if_reject"), std::string::npos);

  const auto before = AdviceFor("permit_mynetworks, reject_unauth_destination, warn_if_reject reject");
  EXPECT_EQ(std::ranges::count(before.items, "warn_if_reject reject"), 1) << Joined(before.items);
  EXPECT_EQ(std::ranges::count(before.items, kOurs), 1) << Joined(before.items);
}

TEST(Postfix, ACheckOfRelayingThatOnlyWarnsIsNone) {
  const auto guarded = SplitRestrictions("permit_mynetworks, warn_if_reject reject_unauth_destination");
  ASSERT_EQ(guarded.size(), 2U);
  EXPECT_TRUE(guarded[1].only_warns);
  EXPECT_FALSE(guarded[0].only_warns);
  EXPECT_EQ(guarded[1].text, "warn_if_reject reject_unauth_destination");
}

}  // namespace policyd::admin::postfix_advice_test
