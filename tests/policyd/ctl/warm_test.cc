#include "policyd/ctl/commands_memory.h"

#include <gtest/gtest.h>

#include "policyd/ctl/terminal.h"
#include "tests/policyd/ctl/tool.h"
#include "tests/support/fake_name_server.h"

namespace policyd::ctl::warm_test {

using std::chrono::milliseconds;
using std::chrono::seconds;

class WarmTest : public testing::Test {
 protected:
  WarmTest() { tool_.Configure("[dns]\nservers = [\"" + server_.endpoint().ToString() + "\"]\n"); }

  Tool::Ran Warm(const std::string& lines, unsigned rate = 100'000) {
    return tool_.Run(RunCacheWarm, CacheWarmOptions{.file = "-", .rate = rate}, lines);
  }

  // So many clients, one a line.
  static std::string Clients(int count) {
    std::string lines;
    for (int i = 0; i < count; ++i) lines += "198.51." + std::to_string(i / 250) + "." + std::to_string(i % 250) + "\n";
    return lines;
  }

  support::FakeNameServer server_;
  Tool tool_;
};

struct Case {
  const char* name;
  const char* lines;
  const char* want;
};

class WarmFileTest : public WarmTest, public testing::WithParamInterface<Case> {};

TEST_P(WarmFileTest, WhatIsNoClientIsSkippedAndCounted) {
  const auto ran = Warm(GetParam().lines);
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_EQ(ran.out, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Files, WarmFileTest,
    testing::Values(
        Case{"one", "192.0.2.1\n", "warmed: 0 clients were known, 1 learnt, 0 failed\n"},
        Case{"without_line_end", "192.0.2.1", "warmed: 0 clients were known, 1 learnt, 0 failed\n"},
        Case{"anything_behind_a_blank", "192.0.2.1\t17\r\n 2001:db8::1 mail.example\n",
             "warmed: 0 clients were known, 2 learnt, 0 failed\n"},
        Case{"twice", "192.0.2.1\n::ffff:192.0.2.1\n", "warmed: 0 clients were known, 1 learnt, 0 failed\n"},
        Case{"rubbish", "192.0.2.1\n192.0.2\n\xff\n192.0.2.2,5\n",
             "warmed: 0 clients were known, 1 learnt, 0 failed; 3 lines without an address skipped\n"},
        Case{"comments_and_blanks", "# mine\n\n  \n192.0.2.1\n", "warmed: 0 clients were known, 1 learnt, 0 failed\n"},
        Case{"our_own", "192.0.2.1\n127.0.0.1\n10.1.2.3\n", "warmed: 0 clients were known, 1 learnt, 0 failed\n"}),
    [](const auto& row) { return row.param.name; });

TEST_F(WarmTest, AFileWithoutAnyClientIsAnError) {
  EXPECT_EQ(Warm("rubbish\n").status, kBadInput);
}

TEST_F(WarmTest, MoreThanOneStepIsWrittenAndKnownTheSecondTime) {
  EXPECT_EQ(Warm(Clients(1500)).out, "warmed: 0 clients were known, 1500 learnt, 0 failed\n");
  const unsigned asked = server_.questions();
  EXPECT_EQ(Warm(Clients(1500)).out, "warmed: 1500 clients were known, 0 learnt, 0 failed\n");
  EXPECT_EQ(server_.questions(), asked);
}

TEST_F(WarmTest, NotMoreQuestionsASecondThanAllowed) {
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(Warm(Clients(41), 100).out, "warmed: 0 clients were known, 41 learnt, 0 failed\n");
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(390));
}

TEST_F(WarmTest, WhatFailedIsAskedAgainTheNextTime) {
  server_.SetFault({.kind = support::Fault::Kind::kRcode, .rcode = 2});
  EXPECT_EQ(Warm("192.0.2.1\n").out, "warmed: 0 clients were known, 0 learnt, 1 failed\n");
  server_.ClearFaults();
  EXPECT_EQ(Warm("192.0.2.1\n").out, "warmed: 0 clients were known, 1 learnt, 0 failed\n");
}

TEST_F(WarmTest, ProgressGoesToTheTerminalAlone) {
  const CacheWarmOptions options{.file = "-", .shows_progress = true};
  const auto ran = tool_.Run(RunCacheWarm, options, "192.0.2.1\n");
  EXPECT_NE(ran.error.find("\r[==============================] 100 %  1 of 1"), std::string::npos) << ran.error;
  EXPECT_EQ(ran.out, "warmed: 0 clients were known, 1 learnt, 0 failed\n");
  EXPECT_EQ(Warm("192.0.2.2\n").error.find('\r'), std::string::npos);
}

struct Line {
  const char* name;
  std::size_t done, total;
  std::chrono::nanoseconds elapsed;
  const char* want;
};

class ProgressTest : public testing::TestWithParam<Line> {};

TEST_P(ProgressTest, SaysHowMuchAndHowLong) {
  const auto& [name, done, total, elapsed, want] = GetParam();
  std::string line = ProgressLine(done, total, elapsed);
  line.erase(line.find_last_not_of(' ') + 1);
  EXPECT_EQ(line, want);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, ProgressTest,
    testing::Values(
        Line{"begin", 0, 10, seconds(5), "[                              ]   0 %  0 of 10"},
        Line{"too_early_to_say", 1, 10, milliseconds(10), "[===                           ]  10 %  1 of 10"},
        Line{"seconds", 1, 2, seconds(30), "[===============               ]  50 %  1 of 2  about 30 s left"},
        Line{"minutes", 1, 3, seconds(300), "[==========                    ]  33 %  1 of 3  about 10 min left"},
        Line{"hours", 10, 100, seconds(3600), "[===                           ]  10 %  10 of 100  about 9 h left"},
        Line{"end", 10, 10, seconds(9), "[==============================] 100 %  10 of 10  about 0 s left"}),
    [](const auto& row) { return row.param.name; });

}  // namespace policyd::ctl::warm_test
