#include "policyd/ctl/commands_decisions.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "policyd/runtime/json.h"
#include "tests/policyd/ctl/tool.h"

namespace policyd::ctl::replay_test {

constexpr const char* kHeader = "ts\tclient_ip\trdns\trdns_state\thelo\tsender\trcpt\tlabel\tspf\tdnsbl\n";

// One mail of the machine without a name.
std::string Nameless(int when, const std::string& sender, const std::string& label = "ham") {
  return std::to_string(when) + "\t192.0.2.1\t-\tnone\tmail.a.example\t" + sender + "\tr@b.example\t" + label +
         "\t-\t-\n";
}

std::string Clean(int when) {
  return std::to_string(when) +
         "\t192.0.2.9\tmail.c.example\tverified\tmail.c.example\tx@c.example\tr@b.example\tham\t-\t-\n";
}

// What JSON says of one label.
class Replayed {
 public:
  Replayed(const std::string& trace, ReplayOptions options = {}) {
    Tool tool;
    tool.is_json = true;
    options.file = "-";
    const auto ran = tool.Run(RunReplay, options, kHeader + trace);
    EXPECT_EQ(ran.status, kDone) << ran.error;
    auto document = runtime::Json::Parse(ran.out);
    if (document) document_ = *std::move(document);
  }

  std::string Of(const std::string& label, const char* key, const char* inner = nullptr) const {
    const runtime::Json* labels = document_.Find("labels");
    if (!labels) return "no labels";
    for (const runtime::Json& row : std::get<std::vector<runtime::Json>>(labels->value())) {
      if (row.Find("label")->Dump() != "\"" + label + "\"") continue;
      return inner ? row.Find(key)->Find(inner)->Dump() : row.Find(key)->Dump();
    }
    return "no such label";
  }

 private:
  runtime::Json document_ = runtime::Json::Object();
};

TEST(Replay, ACleanClientIsNeverDelayed) {
  const Replayed replayed(Clean(1000) + Clean(1001));
  EXPECT_EQ(replayed.Of("ham", "actions", "pass"), "2");
  EXPECT_EQ(replayed.Of("ham", "came_back"), "0");
  EXPECT_EQ(replayed.Of("ham", "delay_seconds", "most"), "null") << "nobody waited";
}

TEST(Replay, ADelayedMailComesBackAndIsKnownFromThenOn) {
  const Replayed replayed(Nameless(1000, "x@a.example") + Nameless(90'000, "x@a.example"));
  EXPECT_EQ(replayed.Of("ham", "actions", "greylist"), "1");
  EXPECT_EQ(replayed.Of("ham", "came_back"), "1");
  EXPECT_EQ(replayed.Of("ham", "delay_seconds", "most"), "900");
  EXPECT_EQ(replayed.Of("ham", "known"), "1");
}

// greylist.delay is 3 minutes.
TEST(Replay, WhoComesBackTooEarlyComesBackAgain) {
  ReplayOptions options;
  options.retry_after = "2m";
  const Replayed replayed(Nameless(1000, "x@a.example"), options);
  EXPECT_EQ(replayed.Of("ham", "came_back"), "1");
  EXPECT_EQ(replayed.Of("ham", "delay_seconds", "median"), "240");
}

TEST(Replay, OnlyWhatIsRecordedComesBackWithoutRetries) {
  ReplayOptions options;
  options.retry_after = "0s";
  const Replayed replayed(Nameless(1000, "x@a.example") + Nameless(1100, "x@a.example") + Nameless(1300, "x@a.example"),
                          options);
  EXPECT_EQ(replayed.Of("ham", "actions", "greylist"), "2");
  EXPECT_EQ(replayed.Of("ham", "known"), "1");
  EXPECT_EQ(replayed.Of("ham", "came_back"), "0");
}

TEST(Replay, SpamDoesNotComeBackUnlessAsked) {
  // Three days later: behind greylist.retry_window.
  const std::string trace = Nameless(1000, "x@a.example", "spam") + Nameless(260'000, "x@a.example", "spam");
  EXPECT_EQ(Replayed(trace).Of("spam", "actions", "greylist"), "2");
  ReplayOptions options;
  options.spam_returns = true;
  EXPECT_EQ(Replayed(trace, options).Of("spam", "actions", "greylist"), "1");
}

// greylist.auto_whitelist_after is 5 passes, counted once an hour.
TEST(Replay, AClientThatCameBackOftenIsNoLongerDelayed) {
  std::string trace;
  for (int mail = 0; mail < 7; ++mail)
    trace += Nameless(10'000 * mail, std::string(1, char('a' + mail)) + "@a.example");
  const Replayed replayed(trace);
  EXPECT_EQ(replayed.Of("ham", "actions", "greylist"), "5");
  EXPECT_EQ(replayed.Of("ham", "auto_whitelisted"), "2");
}

TEST(Replay, MailsComeInTheOrderOfTheirTime) {
  const Replayed replayed(Nameless(90'000, "x@a.example") + Nameless(1000, "x@a.example"));
  EXPECT_EQ(replayed.Of("ham", "actions", "greylist"), "1");
}

TEST(Replay, PrintsTablesByBandDelayAndSignal) {
  Tool tool;
  tool.Configure("[policy]\nmode = \"monitor\"\n");  // as if enforced all the same
  const auto ran = tool.Run(RunReplay, {.file = "-"},
                            kHeader + Nameless(1000, "x@a.example") + Clean(1000) + Nameless(5, "y@a.example", "-"));
  EXPECT_EQ(ran.status, kDone) << ran.error;
  EXPECT_EQ(ran.out,
            "first tries\n"
            "LABEL  ROWS  WEIGHT  PASS  TAG  GREYLIST  DEFER  REJECT  TURNED AWAY OR DELAYED\n"
            "?      1     1       0     0    1         0      0       100.00%\n"
            "ham    2     2       1     0    1         0      0       50.00%\n"
            "\n"
            "let in at once by the greylist, and after they came back\n"
            "LABEL  KNOWN  AUTO-WHITELISTED  CAME BACK  OF ALL   WAITED (MEDIAN)  90 %  MOST\n"
            "?      0      0                 1          100.00%  15m              15m   15m\n"
            "ham    0      0                 1          50.00%   15m              15m   15m\n"
            "\n"
            "by signal\n"
            "SIGNAL  LABEL  WEIGHT  OF ALL   TURNED AWAY OR DELAYED\n"
            "no_ptr  ?      1       100.00%  100.00%\n"
            "no_ptr  ham    1       50.00%   100.00%\n");
}

TEST(Replay, DrawsTheRates) {
  Tool tool;
  const std::string svg = tool.path("rates.svg");
  const auto ran =
      tool.Run(RunReplay, {.file = "-", .svg = svg}, kHeader + Clean(1) + Nameless(2, "x@a.example", "spam"));
  EXPECT_EQ(ran.status, kDone) << ran.error;
  std::ifstream file(svg);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str().starts_with("<svg ")) << text.str();
  EXPECT_NE(text.str().find("limit 3: 0.00 % of the ham, 100.00 % of the spam"), std::string::npos) << text.str();
  EXPECT_NE(text.str().find(">1, 3</text>"), std::string::npos) << "both hold all of it: " << text.str();
}

TEST(Replay, BadInputIsSaid) {
  Tool tool;
  const auto run = [&tool](const std::string& text, ReplayOptions options = {}) {
    options.file = "-";
    return tool.Run(RunReplay, options, text);
  };
  EXPECT_EQ(run("ts\tclient_ip\n").error, "sekimorictl: -:1: expected a column \"rdns\"\n");
  EXPECT_EQ(run(std::string(kHeader) + "soon\t192.0.2.1\t-\tnone\t-\t-\t-\tham\t-\t-\n").error,
            "sekimorictl: -:2: ts: expected seconds since 1970, got \"soon\"\n");
  EXPECT_EQ(run("\x1f\x8b\x08").status, kBadInput);
  EXPECT_EQ(run(kHeader, {.retry_after = "soon"}).status, kUsage);
  EXPECT_EQ(run(kHeader, {.svg = "/none/x.svg"}).status, kBadInput);
  EXPECT_EQ(run(kHeader).status, kDone);
}

}  // namespace policyd::ctl::replay_test
