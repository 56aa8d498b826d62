#include <gtest/gtest.h>

#include "policyd/ctl/commands_decisions.h"
#include "tests/policyd/ctl/tool.h"
#include "tests/support/fake_name_server.h"

namespace policyd::ctl::spf_test {

using support::TextRecord;

class SpfTest : public testing::Test {
 protected:
  SpfTest() {
    tool_.Configure("[dns]\ntimeout = \"200ms\"\ntries = 1\nservers = [\"" + server_.endpoint().ToString() + "\"]\n");
    server_.Add(TextRecord("sender.example", {"v=spf1 mx include:farm.example -all exp=why.sender.example"}));
    server_.Add(support::MailHostRecord("sender.example", 10, "mx.sender.example"));
    server_.Add(support::AddressRecord("mx.sender.example", "192.0.2.7"));
    server_.Add(TextRecord("farm.example", {"v=spf1 ip4:198.51.100.0/24 ", "?all"}));
    server_.Add(TextRecord("why.sender.example", {"%{c} is not ours"}));
  }

  Tool::Ran Ask(const std::string& client, const std::string& sender) {
    return tool_.Run(RunSpf, SpfOptions{.client = client, .helo = "mail.sender.example", .sender = sender});
  }

  support::FakeNameServer server_;
  Tool tool_;
};

TEST_F(SpfTest, SaysTheResultAndWhy) {
  const auto farm = Ask("198.51.100.9", "user@sender.example");
  EXPECT_EQ(farm.status, kDone) << farm.error;
  EXPECT_EQ(farm.out,
            "pass\ninclude:farm.example matches in the record of sender.example\n2 of 10 look-ups, 0 of 2 that found "
            "nothing\n");
  EXPECT_EQ(Ask("192.0.2.7", "user@sender.example").out,
            "pass\nmx matches in the record of sender.example\n1 of 10 look-ups, 0 of 2 that found nothing\n");
  const auto stranger = Ask("203.0.113.45", "user@sender.example");
  EXPECT_EQ(stranger.status, kDone) << "whatever the result";
  EXPECT_EQ(
      stranger.out,
      "fail\n-all matches in the record of sender.example\n2 of 10 look-ups, 0 of 2 that found nothing\nThe domain "
      "says: 203.0.113.45 is not ours\n");
  EXPECT_EQ(Ask("203.0.113.45", "user@other.example").out,
            "none\nother.example has no SPF record\n0 of 10 look-ups, 0 of 2 that found nothing\n");
}

TEST_F(SpfTest, PrintsJson) {
  tool_.is_json = true;
  EXPECT_EQ(Ask("203.0.113.45", "user@sender.example").out,
            R"({"result":"fail","term":"-all","domain":"sender.example","lookups":2,"voids":0,)"
            R"("explanation":"203.0.113.45 is not ours"})"
            "\n");
  EXPECT_EQ(Ask("203.0.113.45", "user@other.example").out,
            R"({"result":"none","term":null,"domain":"other.example","lookups":0,"voids":0,"explanation":null})"
            "\n");
}

TEST_F(SpfTest, ABounceIsOfTheHeloName) {
  server_.Add(TextRecord("mail.sender.example", {"v=spf1 +all"}));
  EXPECT_EQ(
      Ask("203.0.113.45", "<>").out,
      "pass\n+all matches in the record of mail.sender.example; it lets anybody send, so it counts as none\n0 of 10 "
      "look-ups, 0 of 2 that found nothing\n");
}

TEST_F(SpfTest, NoAnswerIsHeldAgainstNobody) {
  server_.SetFault({.kind = support::Fault::Kind::kDrop}, "sender.example");
  EXPECT_EQ(Ask("203.0.113.45", "user@sender.example").out,
            "temperror\nDNS does not answer about sender.example: this speaks against nobody\n0 of 10 look-ups, 0 of 2 "
            "that found nothing\n");
}

TEST_F(SpfTest, WhatAStrangerWroteIsShownHarmless) {
  server_.Add(TextRecord("evil.example", {"v=spf1 \x1b[2J"}));
  const auto ran = Ask("203.0.113.45", "user@evil.example");
  EXPECT_EQ(ran.out.find('\x1b'), std::string::npos) << ran.out;
  EXPECT_EQ(ran.out.substr(0, 10), "permerror\n");
}

TEST_F(SpfTest, WhatIsNoClientOrSenderIsSaidByItsOption) {
  const auto name = Ask("mail.example", "user@sender.example");
  EXPECT_EQ(name.status, kUsage);
  EXPECT_NE(name.error.find("--client"), std::string::npos) << name.error;
  EXPECT_EQ(Ask("192.0.2.1", "sender.example").status, kUsage);
  EXPECT_EQ(server_.questions(), 0U);
}

}  // namespace policyd::ctl::spf_test
