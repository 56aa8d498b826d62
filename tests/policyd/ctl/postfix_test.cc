#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "policyd/ctl/commands_decisions.h"
#include "policyd/runtime/json.h"
#include "tests/policyd/ctl/tool.h"
#include "tests/support/postconf_text.h"

namespace policyd::ctl::postfix_test {

using support::kDebianPostconf;

TEST(Postfix, PrintsLinesThatCanBePasted) {
  Tool tool;
  const auto ran = tool.Run(RunPostfix, PostfixOptions{.file = "-"}, kDebianPostconf);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  std::istringstream lines(ran.out);
  std::string line, pasted;
  while (std::getline(lines, line)) {
    if (!line.starts_with('#')) pasted += line + "\n";
  }
  const std::string server =
      pasted.find("unix:private/sekimori") != std::string::npos ? "unix:private/sekimori" : "inet:127.0.0.1:10040";
  EXPECT_EQ(pasted,
            "smtpd_recipient_restrictions =\n    permit_mynetworks,\n    permit_sasl_authenticated,\n"
            "    reject_unauth_destination,\n    reject_unlisted_recipient,\n    check_policy_service { " +
                server + ", timeout=10s, default_action=DUNNO }\n");
  const auto again = tool.Run(RunPostfix, PostfixOptions{.file = "-"}, kDebianPostconf + pasted);
  EXPECT_NE(again.out.find("asks Sekimori already"), std::string::npos) << again.out;
  tool.is_json = true;
  const auto json = runtime::Json::Parse(tool.Run(RunPostfix, PostfixOptions{.file = "-"}, kDebianPostconf).out);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->Find("done")->Dump(), "false");
}

// What postconf printed elsewhere says nothing of the sockets on this machine.
TEST(Postfix, LooksForNoSocketOfAnotherMachine) {
  Tool tool;
  const std::string there = kDebianPostconf +
                            "smtpd_recipient_restrictions = permit_mynetworks, reject_unauth_destination, "
                            "check_policy_service { unix:private/sekimori, default_action=DUNNO }\n";
  EXPECT_NE(tool.Run(RunPostfix, PostfixOptions{.file = "-"}, there).out.find("asks Sekimori already"),
            std::string::npos);
}

TEST(Postfix, SaysWhatItExpectedInstead) {
  Tool tool;
  EXPECT_EQ(tool.Run(RunPostfix, PostfixOptions{.file = "-"}, "").status, kBadInput);
  EXPECT_EQ(tool.Run(RunPostfix, PostfixOptions{.file = tool.path("none")}).status, kBadInput);
  const auto hostile =
      tool.Run(RunPostfix, PostfixOptions{.file = "-"},
               kDebianPostconf + "smtpd_recipient_restrictions = check_policy_service \x1b[2Junix:x\n");
  EXPECT_EQ(hostile.out.find('\x1b'), std::string::npos);
}

}  // namespace policyd::ctl::postfix_test
