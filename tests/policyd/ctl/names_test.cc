#include "policyd/ctl/commands_decisions.h"

#include <gtest/gtest.h>

#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::names_test {

using testing::Values;

TEST(Names, PrintsClassPointsAndRuleOfEveryName) {
  Tool tool;
  const auto ran = tool.Run(RunNames, {.file = "-"},
                            "203.0.113.45\t203-0-113-45.adsl.isp.example\tmore\r\n"
                            "\n"
                            "192.0.2.1\tmail.sender.example\n"
                            "2001:db8::1\tWWW.sender.example.");
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_EQ(ran.out,
            "203.0.113.45\t203-0-113-45.adsl.isp.example\tdynamic\t3\taddress_in_name\n"
            "192.0.2.1\tmail.sender.example\tmail\t0\tmail\n"
            "2001:db8::1\tWWW.sender.example.\tplain\t0\tplain\n");
}

TEST(Names, CountsAsConfigured) {
  Tool tool;
  tool.Configure("[points]\ndynamic_name = 4.5\n");
  const auto ran = tool.Run(RunNames, {.file = tool.Write("names", "203.0.113.45\t203-0-113-45.adsl.isp.example\n")});
  EXPECT_EQ(ran.out, "203.0.113.45\t203-0-113-45.adsl.isp.example\tdynamic\t4.5\taddress_in_name\n");
}

TEST(Names, PrintsJson) {
  Tool tool;
  tool.is_json = true;
  const auto ran = tool.Run(RunNames, {.file = "-"}, "203.0.113.45\t203-0-113-45.adsl.isp.example\n");
  EXPECT_EQ(ran.out,
            "[{\"client\":\"203.0.113.45\",\"name\":\"203-0-113-45.adsl.isp.example\",\"class\":\"dynamic\","
            "\"points\":3.0,\"rule\":\"address_in_name\"}]\n");
}

struct Odd {
  const char* name;
  std::string text;
  std::string want;  // the class and what follows
};

class OddNamesTest : public testing::TestWithParam<Odd> {};

TEST_P(OddNamesTest, AreClassedToo) {
  Tool tool;
  const auto ran = tool.Run(RunNames, {.file = "-"}, "192.0.2.1\t" + GetParam().text + "\n");
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_TRUE(ran.out.ends_with("\t" + GetParam().want + "\n")) << ran.out;
}

INSTANTIATE_TEST_SUITE_P(All, OddNamesTest,
                         Values(Odd{"none", "", "plain\t0\tno_host_name"},
                                Odd{"control_bytes", "a\x1b[2J.example", "plain\t0\tno_host_name"},
                                Odd{"utf8",
                                    "b\xc3\xbc"
                                    "cher.example",
                                    "plain\t0\tplain"},
                                Odd{"empty_label", "a..example", "plain\t0\tno_host_name"},
                                Odd{"too_long", std::string(254, 'a'), "plain\t0\tno_host_name"},
                                Odd{"one_label", "localhost", "plain\t0\tplain"}),
                         [](const auto& row) { return std::string(row.param.name); });

class BadNamesTest : public testing::TestWithParam<std::string> {};

TEST_P(BadNamesTest, PrintNothingButTheLine) {
  Tool tool;
  const std::string file = tool.Write("names", "192.0.2.1\tmail.sender.example\n" + GetParam() + "\n");
  const auto ran = tool.Run(RunNames, {.file = file});
  EXPECT_EQ(ran.status, kBadInput);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.error.rfind("sekimorictl: " + file + ":2: expected IP<TAB>NAME, got \"", 0), 0U) << ran.error;
}

INSTANTIATE_TEST_SUITE_P(All, BadNamesTest, Values("192.0.2.2", "192.0.2.2 mail.example", "mail.example\t192.0.2.2"));

TEST(Names, MissesAFile) {
  Tool tool;
  EXPECT_EQ(tool.Run(RunNames, {.file = tool.path("nowhere")}).status, kBadInput);
}

}  // namespace policyd::ctl::names_test
