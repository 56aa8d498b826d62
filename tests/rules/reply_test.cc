#include "rules/reply.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <string>

#include "tests/support/rule_words.h"

namespace rules {
namespace {

const Reference kReference{0x123456789};

Verdict Gave(Action action, std::vector<Signal> signals, Mode mode = Mode::kEnforce) {
  Verdict verdict;
  verdict.action = action;
  verdict.mode = mode;
  verdict.signals = std::move(signals);
  for (const Signal& signal : verdict.signals) verdict.score += signal.points;
  verdict.name = "dyn.isp.example";
  verdict.wait = seconds{180};
  return verdict;
}

// The first mail of a triplet that is let in, 190 s after its first sight.
Verdict LetsIn(TripletState state, Mode mode, std::vector<Signal> signals) {
  Verdict verdict = Gave(Action::kPass, std::move(signals), mode);
  verdict.triplet = TripletView{.state = state, .waited = seconds{190}};
  return verdict;
}

const Signal kNoPtrSignal{SignalKind::kNoPtr, {40}, {}, {}};
const Signal kListSignal{SignalKind::kDnsbl, {80}, "zen.example", {}};
const Signal kDynamicSignal{SignalKind::kDynamicName, {30}, "rule", {}};

std::string Reply(const Verdict& verdict, const MessageState& message = {}, const Request& request = test::Mail()) {
  return FormatReply(test::WithSites({}), request, verdict, kReference, message);
}

std::string WithRef(const std::string& text) {
  return text + "(ref " + kReference.ToString() + ")";
}

struct Case {
  const char* name;
  Verdict verdict;
  std::string want;
};

class ReplyTest : public testing::TestWithParam<Case> {};

TEST_P(ReplyTest, SaysWhatAndWhy) {
  EXPECT_EQ(Reply(GetParam().verdict), GetParam().want);
}

const std::string kHeaderEnd = "; ref=" + kReference.ToString();

INSTANTIATE_TEST_SUITE_P(
    Cases, ReplyTest,
    testing::Values(
        Case{"pass", Gave(Action::kPass, {}), "DUNNO"},
        Case{"no_ptr", Gave(Action::kGreylist, {kNoPtrSignal}),
             WithRef("DEFER_IF_PERMIT 4.7.1 Access denied. Cannot resolve PTR record for [203.0.113.45] ")},
        Case{"heaviest_first", Gave(Action::kDefer, {kListSignal, kNoPtrSignal}),
             WithRef("DEFER_IF_PERMIT 4.7.1 Access denied. [203.0.113.45] is listed by zen.example ")},
        Case{"seconds_and_name", Gave(Action::kGreylist, {kDynamicSignal}),
             WithRef("DEFER_IF_PERMIT 4.7.1 Please send again in 180 s: [203.0.113.45] (dyn.isp.example) looks like an "
                     "end user's line ")},
        Case{"status_follows_the_action", Gave(Action::kReject, {kListSignal}),
             WithRef("REJECT 5.7.1 Access denied. [203.0.113.45] is listed by zen.example ")},
        Case{"without_a_signal", Gave(Action::kGreylist, {}),
             WithRef("DEFER_IF_PERMIT 4.2.0 Please send again in 180 s ")},
        Case{"tag_band", Gave(Action::kTag, {{SignalKind::kCloudName, {10}, {}, {}}}),
             "PREPEND X-Sekimori: tag; score=1.0; signals=cloud_name:1" + kHeaderEnd},
        Case{"tag_mode_says_what_enforce_does", Gave(Action::kGreylist, {kNoPtrSignal}, Mode::kTag),
             "PREPEND X-Sekimori: greylist; score=4.0; signals=no_ptr:4" + kHeaderEnd},
        Case{"first_mail_after_the_wait", LetsIn(TripletState::kPassed, Mode::kEnforce, {kDynamicSignal}),
             "PREPEND X-Sekimori: pass; score=3.0; signals=dynamic_name:3; delayed=190" + kHeaderEnd},
        Case{"later_mail_of_it", LetsIn(TripletState::kKnown, Mode::kEnforce, {kDynamicSignal}), "DUNNO"},
        Case{"first_mail_in_monitor_mode", LetsIn(TripletState::kPassed, Mode::kMonitor, {kDynamicSignal}), "DUNNO"},
        Case{"tag_mode_lets_clean_mail_alone", Gave(Action::kPass, {}, Mode::kTag), "DUNNO"},
        Case{"monitor_never_turns_away", Gave(Action::kReject, {kListSignal}, Mode::kMonitor), "DUNNO"}),
    [](const auto& row) { return row.param.name; });

TEST(Reply, BlocklistHasItsOwnText) {
  Verdict verdict = Gave(Action::kReject, {});
  verdict.reason = Reason::kBlocklist;
  EXPECT_EQ(Reply(verdict), WithRef("REJECT 5.7.1 Access denied for [203.0.113.45] "));
}

TEST(Reply, TheHeaderIsGivenOncePerMessageAndNotAtItsEnd) {
  const Verdict verdict = Gave(Action::kTag, {kNoPtrSignal});
  EXPECT_EQ(Reply(verdict, {.has_header = true, .first_let_in = {}}), "DUNNO");
  EXPECT_EQ(Reply(LetsIn(TripletState::kPassed, Mode::kEnforce, {kDynamicSignal}),
                  {.has_header = true, .first_let_in = Action::kPass}),
            "DUNNO");
  Request request = test::Mail();
  request.state = ProtocolState::kEndOfMessage;
  EXPECT_EQ(Reply(verdict, {}, request), "DUNNO");
}

TEST(Reply, MessageWideActionsDoNotReachOtherRecipients) {
  const std::string separately = WithRef("DEFER_IF_PERMIT 4.5.3 Send to this recipient separately ");
  const Verdict discard = Gave(Action::kDiscard, {});
  const Verdict pass = Gave(Action::kPass, {});
  const Verdict turned_away = Gave(Action::kDefer, {kListSignal});
  EXPECT_EQ(Reply(discard, {.has_header = false, .first_let_in = Action::kPass}), separately);
  EXPECT_EQ(Reply(pass, {.has_header = false, .first_let_in = Action::kDiscard}), separately);
  EXPECT_EQ(Reply(discard, {.has_header = false, .first_let_in = Action::kDiscard}), WithRef("DISCARD "));
  EXPECT_NE(Reply(turned_away, {.has_header = false, .first_let_in = Action::kDiscard}), separately);
}

// Postfix asks for no further recipient behind DISCARD; behind FILTER it does.
TEST(Reply, WhatIsDiscardedForItsRecipientLeavesTheOthersToBeAsked) {
  const std::string filter = "FILTER discard:" + kReference.ToString();
  Verdict verdict = Gave(Action::kDiscard, {kListSignal});
  verdict.recipient_class = "students";
  EXPECT_EQ(Reply(verdict), filter);
  verdict.entry = test::Entry(ListKind::kBlocklist, "203.0.113.45");
  EXPECT_EQ(Reply(verdict), WithRef("DISCARD "));
  for (const char* target : {"rcpt:partner@example.com", "rcpt:@example.com"}) {
    verdict.entry = test::Entry(ListKind::kBlocklist, target);
    EXPECT_EQ(Reply(verdict), filter) << target;
  }
}

TEST(Reply, BehindRcptEveryRecipientHasItsAnswer) {
  Request request = test::Mail();
  request.state = ProtocolState::kData;
  EXPECT_EQ(Reply(Gave(Action::kPass, {}), {.has_header = false, .first_let_in = Action::kDiscard}, request), "DUNNO");
  EXPECT_EQ(Reply(Gave(Action::kDiscard, {}), {.has_header = false, .first_let_in = Action::kPass}, request), "DUNNO");
  EXPECT_EQ(Reply(Gave(Action::kHold, {}), {.has_header = false, .first_let_in = Action::kHold}, request),
            WithRef("HOLD "));
}

TEST(Reply, StaysOneShortSafeLineWhateverComesFromOutside) {
  Policy policy = test::WithSites({});
  policy.reply.helo =
      "4.7.1 {helo} {sender} {name} {helo} {sender} {name} {hostname} (ref {ref}) " + std::string(150, 'x');
  policy.reply.hostname = std::string(200, 'h');
  Request request = test::Mail();
  request.helo_name = std::string(300, 'a') + "\n\raction=OK\n\n";
  request.sender = "\"\\<script>\x01\xff" + std::string(300, 'b');
  Verdict verdict = Gave(Action::kDefer, {{SignalKind::kHeloLiteral, {80}, {}, {}}});
  verdict.name = std::string(253, 'n');
  const std::string got = FormatReply(policy, request, verdict, kReference, {});
  EXPECT_LE(got.size(), kMaxReply);
  EXPECT_NE(got.find(kReference.ToString()), std::string::npos) << got;
  EXPECT_TRUE(std::all_of(got.begin(), got.end(), [](char c) { return c >= ' ' && c <= '~'; })) << got;
}

// What Postfix would read otherwise: OK and digits alone let everything in, an empty action is a warning and a 451, a
// word that it does not know is the name of a restriction.  Source: access(5), "Accept actions", "Other actions".
bool IsUnderstood(const std::string& reply) {
  static const std::regex known(
      "DUNNO|DEFER_IF_PERMIT 4\\.[0-9]+\\.[0-9]+ .+|REJECT 5\\.[0-9]+\\.[0-9]+ .+|HOLD .+|DISCARD .+|"
      "FILTER discard:[0-9A-Z-]+|PREPEND X-Sekimori: .+");
  return std::regex_match(reply, known) && reply.size() <= kMaxReply;
}

TEST(ReplyProperty, IsNeverWhatLetsInOrMeansNothing) {
  constexpr std::array kActions{Action::kPass,   Action::kTag,  Action::kGreylist, Action::kDefer,
                                Action::kReject, Action::kHold, Action::kDiscard};
  Request request = test::Mail();
  request.helo_name = "OK";
  int replies = 0;
  for (const Action action : kActions) {
    for (const Mode mode : {Mode::kEnforce, Mode::kTag, Mode::kMonitor}) {
      for (int state = 0; state <= static_cast<int>(ProtocolState::kOther); ++state) {
        for (const char* text : {"4.7.1 {helo}", "4.7.1 {name}{list} {sender}", "4.7.1 450", "4.7.1 {unknown"}) {
          for (const std::optional<Action> first : {std::optional<Action>(), std::optional(Action::kDiscard)}) {
            Verdict verdict = Gave(action, {{SignalKind::kHeloLiteral, {80}, {}, {}}}, mode);
            verdict.name.clear();
            Policy policy = test::WithSites({});
            policy.reply.helo = text;
            request.state = static_cast<ProtocolState>(state);
            const std::string got =
                FormatReply(policy, request, verdict, kReference, {.has_header = false, .first_let_in = first});
            EXPECT_TRUE(IsUnderstood(got)) << got << "\nof " << Name(action) << " " << Name(mode) << " " << text;
            ++replies;
          }
        }
      }
    }
  }
  EXPECT_EQ(replies, 7 * 3 * 10 * 4 * 2);
}

}  // namespace
}  // namespace rules
