#include "rules/reply.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <regex>
#include <sstream>
#include <string>

#include "tests/support/rule_words.h"

namespace rules::reply_test {

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

std::string Reply(const Verdict& verdict, const MessageState& message = {}, const Request& request = support::Mail()) {
  return FormatReply(support::WithZones({}), request, verdict, kReference, message);
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

const std::string kLater = "DEFER_IF_PERMIT 4.7.1 Greylisted, try again in 180 seconds. ";
const std::string kDeferred = "DEFER_IF_PERMIT 4.7.1 Access denied. ";
const std::string kHeaderEnd = "; ref=" + kReference.ToString();

INSTANTIATE_TEST_SUITE_P(
    Cases, ReplyTest,
    testing::Values(
        Case{"pass", Gave(Action::kPass, {}), "DUNNO"},
        Case{"greylisted", Gave(Action::kGreylist, {kNoPtrSignal}),
             WithRef(kLater + "Cannot resolve PTR record for [203.0.113.45] ")},
        Case{"deferred", Gave(Action::kDefer, {kNoPtrSignal}),
             WithRef(kDeferred + "Cannot resolve PTR record for [203.0.113.45] ")},
        Case{"no_forward", Gave(Action::kDefer, {{SignalKind::kNoForward, {80}, {}, {}}}),
             WithRef(kDeferred + "IP name lookup failed [203.0.113.45] ")},
        Case{"mismatch", Gave(Action::kDefer, {{SignalKind::kMismatch, {80}, {}, {}}}),
             WithRef(kDeferred + "IP name lookup failed [203.0.113.45] ")},
        Case{"unavailable_name", Gave(Action::kGreylist, {{SignalKind::kUnavailableName, {30}, {}, {}}}),
             WithRef(kLater + "The reverse zone of [203.0.113.45] does not answer ")},
        Case{"heaviest_first", Gave(Action::kDefer, {kListSignal, kNoPtrSignal}),
             WithRef(kDeferred + "[203.0.113.45] is listed by zen.example ")},
        Case{"name_list", Gave(Action::kGreylist, {{SignalKind::kNameList, {30}, "names.example", "bad.example"}}),
             WithRef(kLater + "bad.example is listed by names.example ")},
        Case{"dynamic_name", Gave(Action::kGreylist, {kDynamicSignal}),
             WithRef(kLater + "[203.0.113.45] (dyn.isp.example) looks like a dynamic or residential address ")},
        Case{"helo", Gave(Action::kGreylist, {{SignalKind::kHeloUnrelated, {30}, {}, {}}}),
             WithRef(kLater + "HELO name mail.sender.example does not belong to [203.0.113.45] ")},
        Case{"status_follows_the_action", Gave(Action::kReject, {kListSignal}),
             WithRef("REJECT 5.7.1 Access denied. [203.0.113.45] is listed by zen.example ")},
        Case{"without_a_signal", Gave(Action::kGreylist, {}),
             WithRef("DEFER_IF_PERMIT 4.7.1 Greylisted, try again in 180 seconds. ")},
        Case{"signal_without_a_reason", Gave(Action::kDefer, {{SignalKind::kCloudName, {80}, {}, {}}}),
             WithRef("DEFER_IF_PERMIT 4.7.1 Access denied. ")},
        Case{"tag_band", Gave(Action::kTag, {{SignalKind::kCloudName, {10}, {}, {}}}),
             "PREPEND X-Sekimori: tag; score=1.0; signals=cloud_name:1" + kHeaderEnd},
        Case{"tag_mode_says_what_enforce_does", Gave(Action::kGreylist, {kNoPtrSignal}, Mode::kTag),
             "PREPEND X-Sekimori: greylist; score=4.0; signals=no_ptr:4" + kHeaderEnd},
        Case{"header_names_the_list", Gave(Action::kDefer, {kListSignal, kNoPtrSignal}, Mode::kTag),
             "PREPEND X-Sekimori: defer; score=12.0; signals=dnsbl:8[zen.example],no_ptr:4" + kHeaderEnd},
        Case{"first_mail_after_the_wait", LetsIn(TripletState::kPassed, Mode::kEnforce, {kDynamicSignal}),
             "PREPEND X-Sekimori: pass; score=3.0; signals=dynamic_name:3; delayed=190" + kHeaderEnd},
        Case{"later_mail_of_it", LetsIn(TripletState::kKnown, Mode::kEnforce, {kDynamicSignal}), "DUNNO"},
        Case{"first_mail_in_monitor_mode", LetsIn(TripletState::kPassed, Mode::kMonitor, {kDynamicSignal}), "DUNNO"},
        Case{"tag_mode_lets_clean_mail_alone", Gave(Action::kPass, {}, Mode::kTag), "DUNNO"},
        Case{"monitor_never_turns_away", Gave(Action::kReject, {kListSignal}, Mode::kMonitor), "DUNNO"}),
    [](const auto& row) { return row.param.name; });

TEST(Reply, BlocklistHasItsOwnReason) {
  Verdict verdict = Gave(Action::kReject, {});
  verdict.reason = Reason::kBlocklist;
  EXPECT_EQ(Reply(verdict), WithRef("REJECT 5.7.1 Access denied. [203.0.113.45] is blocked here "));
}

TEST(Reply, ATableSaysItsOwnText) {
  Verdict verdict = Gave(Action::kReject, {});
  verdict.table_text = "5.7.1 Not from here";
  EXPECT_EQ(Reply(verdict), WithRef("REJECT 5.7.1 Not from here "));
}

std::string Framed(Action action, std::vector<Signal> signals, const ReplyTexts& texts) {
  Policy policy = support::WithZones({});
  policy.reply = texts;
  return FormatReply(policy, support::Mail(), Gave(action, std::move(signals)), kReference, {});
}

TEST(Reply, FillsFramesAndReasons) {
  ReplyTexts texts;
  texts.contact = "+81 3 0000 0000";
  texts.why_url = "https://mx.example/why";
  texts.defer = "4.7.25 {why}, {until}. Call {contact} or see {why_url}/{ref}";
  texts.greylist = "4.7.1 In {minutes} minutes: {why} {unknown} ({domain}) ref {ref}";
  texts.dynamic_name = "{name} is dynamic";
  EXPECT_EQ(
      Framed(Action::kDefer, {kListSignal}, texts),
      "DEFER_IF_PERMIT 4.7.25 [203.0.113.45] is listed by zen.example, until it is delisted. Call +81 3 0000 0000 "
      "or see https://mx.example/why/" +
          kReference.ToString());
  EXPECT_EQ(Framed(Action::kGreylist, {kDynamicSignal}, texts),
            "DEFER_IF_PERMIT 4.7.1 In 3 minutes: dyn.isp.example is dynamic {unknown} (sender.example) ref " +
                kReference.ToString());
  EXPECT_NE(Framed(Action::kDefer, {kNoPtrSignal}, texts).find(", until this is mended."), std::string::npos);
  texts.defer = "4.7.25 See {why_url}.";
  EXPECT_EQ(Framed(Action::kDefer, {kNoPtrSignal}, texts),
            "DEFER_IF_PERMIT 4.7.25 See https://mx.example/why/" + kReference.ToString() + ".");
  texts.why_url.clear();
  EXPECT_EQ(Framed(Action::kDefer, {kNoPtrSignal}, texts), "DEFER_IF_PERMIT 4.7.25 See .");
}

// Half an address leads nowhere.
TEST(Reply, TheAddressOfThePageIsNeverCut) {
  ReplyTexts texts;
  texts.why_url = "https://" + std::string(80, 'w') + ".example";
  texts.defer = "4.7.1 " + std::string(150, 'x') + " {why} {why_url}";
  const std::string reply = Framed(Action::kDefer, {kNoPtrSignal}, texts);
  EXPECT_EQ(reply, "DEFER_IF_PERMIT 4.7.1 " + texts.why_url + '/' + kReference.ToString());
}

// A long reason gives way, word by word from its end; the status, the reference and its label stay.
TEST(Reply, ALongReasonIsCutBeforeTheReference) {
  ReplyTexts texts;
  texts.no_ptr = "yes " + std::string(180, 'y');
  EXPECT_EQ(Framed(Action::kDefer, {kNoPtrSignal}, texts), WithRef("DEFER_IF_PERMIT 4.7.1 Access denied. yes "));
  texts.defer = "4.7.1 " + std::string(185, 'x') + " (ref {ref})";
  EXPECT_EQ(Framed(Action::kDefer, {kNoPtrSignal}, texts), WithRef("DEFER_IF_PERMIT 4.7.1 "));
  texts.defer = ReplyTexts().defer;
  texts.no_ptr.clear();
  for (int i = 0; i < 30; ++i) texts.no_ptr += "{client}";
  const std::string addresses = Framed(Action::kDefer, {kNoPtrSignal}, texts);
  EXPECT_NE(addresses.find("(ref " + kReference.ToString() + ")"), std::string::npos) << addresses;
}

TEST(Reply, TheHeaderIsGivenOncePerMessageAndNotAtItsEnd) {
  const Verdict verdict = Gave(Action::kTag, {kNoPtrSignal});
  EXPECT_EQ(Reply(verdict, {.has_header = true, .first_let_in = {}}), "DUNNO");
  EXPECT_EQ(Reply(LetsIn(TripletState::kPassed, Mode::kEnforce, {kDynamicSignal}),
                  {.has_header = true, .first_let_in = Action::kPass}),
            "DUNNO");
  Request request = support::Mail();
  request.state = ProtocolState::kEndOfMessage;
  EXPECT_EQ(Reply(verdict, {}, request), "DUNNO");
}

// RFC 7208, section 9.1.
TEST(Reply, SaysWhatSpfSaidOnceAMessage) {
  Policy policy = support::WithZones({});
  policy.reply.hostname = "mx.ours.example";
  const auto reply = [&](const Verdict& verdict, const MessageState& message = {},
                         const Request& mail = support::Mail()) {
    return FormatReply(policy, mail, verdict, kReference, message);
  };
  Verdict passes = Gave(Action::kPass, {});
  passes.spf = SpfSeen{.identity = SpfIdentity::kMailFrom, .result = SpfResult::kPass};
  EXPECT_EQ(reply(passes), "DUNNO") << "off by default";
  policy.spf.header = true;
  EXPECT_EQ(reply(passes),
            "PREPEND Received-SPF: pass client-ip=203.0.113.45; identity=mailfrom; "
            "envelope-from=\"someone@sender.example\"; helo=\"mail.sender.example\"; receiver=\"mx.ours.example\"");
  EXPECT_EQ(reply(Gave(Action::kPass, {})), "DUNNO") << "not asked";
  EXPECT_EQ(reply(passes, {.has_header = false, .has_spf_header = true, .first_let_in = {}}), "DUNNO");
  passes.mode = Mode::kMonitor;
  EXPECT_EQ(reply(passes), "DUNNO");

  Verdict tagged = Gave(Action::kTag, {kNoPtrSignal});
  tagged.spf = SpfSeen{.identity = SpfIdentity::kHelo, .result = SpfResult::kSoftfail};
  MessageState message;
  const std::string first = reply(tagged);
  EXPECT_TRUE(first.starts_with("PREPEND X-Sekimori:")) << first;
  EXPECT_NE(first.find("; spf=softfail"), std::string::npos) << first;
  NoteHeaders(first, message);
  EXPECT_TRUE(message.has_header && !message.has_spf_header);
  const std::string second = reply(tagged, message);
  EXPECT_TRUE(second.starts_with("PREPEND Received-SPF: softfail client-ip=203.0.113.45; identity=helo;")) << second;
  NoteHeaders(second, message);
  EXPECT_EQ(reply(tagged, message), "DUNNO");

  Request hostile = support::Mail();
  hostile.sender = "a\"; x=\r\n\\" + std::string(300, 'b') + "@sender.example";
  hostile.helo_name = std::string(250, 'c');
  passes.mode = Mode::kEnforce;
  const std::string safe = reply(passes, {}, hostile);
  EXPECT_LE(safe.size(), kMaxReply);
  EXPECT_EQ(safe.find_first_of("\r\n\\"), std::string::npos) << safe;
  EXPECT_EQ(std::ranges::count(safe, '"') % 2, 0) << safe;
}

// The domain whose record it is: of a bounce, or of a HELO name, not the sender's.
TEST(Reply, NamesTheDomainThatSpfIsOf) {
  const Signal of_helo{SignalKind::kHeloSpfFail, {30}, "helo.example", {}};
  EXPECT_EQ(
      Reply(Gave(Action::kDefer, {of_helo})),
      WithRef("DEFER_IF_PERMIT 4.7.1 Access denied. helo.example does not let [203.0.113.45] send its mail (SPF) "));
}

TEST(Reply, MessageWideActionsDoNotReachOtherRecipients) {
  const std::string separately = WithRef("DEFER_IF_PERMIT 4.5.3 Send to this recipient separately ");
  const Verdict discard = Gave(Action::kDiscard, {});
  const Verdict pass = Gave(Action::kPass, {});
  const Verdict turned_away = Gave(Action::kDefer, {kListSignal});
  EXPECT_EQ(Reply(discard, {.has_header = false, .first_let_in = Action::kPass}), separately);
  EXPECT_EQ(Reply(pass, {.has_header = false, .first_let_in = Action::kDiscard}), separately);
  EXPECT_EQ(Reply(discard, {.has_header = false, .first_let_in = Action::kDiscard}),
            "FILTER discard:" + kReference.ToString());
  EXPECT_NE(Reply(turned_away, {.has_header = false, .first_let_in = Action::kDiscard}), separately);
}

// Behind DISCARD Postfix asks for no further recipient, and postmaster's copy is thrown away with the rest.
TEST(Reply, WhatIsDiscardedLeavesTheOtherRecipientsToBeAsked) {
  const std::string filter = "FILTER discard:" + kReference.ToString();
  Verdict verdict = Gave(Action::kDiscard, {kListSignal});
  EXPECT_EQ(Reply(verdict), filter);
  verdict.recipient_class = "students";
  EXPECT_EQ(Reply(verdict), filter);
  for (const char* target : {"203.0.113.45", "@sender.example", "rcpt:partner@example.com", "rcpt:@example.com"}) {
    verdict.entry = support::Entry(ListKind::kBlocklist, target);
    EXPECT_EQ(Reply(verdict), filter) << target;
  }
}

// What the log, the journal and the header say was done is what was done.
TEST(Reply, SaysWhatWasAnswered) {
  const auto answered = [](const Verdict& verdict, const MessageState& message = {},
                           ProtocolState state = ProtocolState::kRcpt) {
    Request request = support::Mail();
    request.state = state;
    return std::string(Name(Answered(request, verdict, message)));
  };
  EXPECT_EQ(answered(Gave(Action::kReject, {kListSignal})), "reject");
  EXPECT_EQ(answered(Gave(Action::kReject, {kListSignal}, Mode::kTag)), "tag");
  EXPECT_EQ(answered(Gave(Action::kReject, {kListSignal}, Mode::kTag), {}, ProtocolState::kEndOfMessage), "pass");
  EXPECT_EQ(answered(Gave(Action::kReject, {kListSignal}, Mode::kMonitor)), "pass");
  const MessageState let_in{.has_header = false, .first_let_in = Action::kPass};
  EXPECT_EQ(answered(Gave(Action::kDiscard, {kListSignal}), let_in), "defer") << "in a mail of its own";
  EXPECT_EQ(answered(Gave(Action::kDiscard, {kListSignal}), let_in, ProtocolState::kData), "pass");
  EXPECT_EQ(answered(Gave(Action::kDiscard, {kListSignal})), "discard");
}

TEST(Reply, HasAHeaderOfTheNameThatIsConfigured) {
  Policy policy;
  policy.reply.header = "X-Sekimori-d41d8cd98f";
  const std::string reply = FormatReply(policy, support::Mail(), Gave(Action::kReject, {}, Mode::kTag), kReference, {});
  EXPECT_EQ(reply, "PREPEND X-Sekimori-d41d8cd98f: reject; score=0.0; signals=" + kHeaderEnd);
}

TEST(Reply, NamesWhatDecided) {
  Verdict verdict = Gave(Action::kReject, {}, Mode::kTag);
  verdict.entry = support::Entry(ListKind::kBlocklist, "203.0.113.0/24");
  verdict.recipient_class = "students";
  EXPECT_EQ(Reply(verdict),
            "PREPEND X-Sekimori: reject; score=0.0; signals=" + kHeaderEnd + "; entry=203.0.113.0/24; class=students");
  EXPECT_EQ(PrintSignals({{SignalKind::kTable, {30}, "my table.pcre:12", {}}, kDynamicSignal}),
            "table:3[my_table.pcre:12],dynamic_name:3");
}

TEST(Reply, BehindRcptEveryRecipientHasItsAnswer) {
  Request request = support::Mail();
  request.state = ProtocolState::kData;
  EXPECT_EQ(Reply(Gave(Action::kPass, {}), {.has_header = false, .first_let_in = Action::kDiscard}, request), "DUNNO");
  EXPECT_EQ(Reply(Gave(Action::kDiscard, {}), {.has_header = false, .first_let_in = Action::kPass}, request), "DUNNO");
  EXPECT_EQ(Reply(Gave(Action::kHold, {}), {.has_header = false, .first_let_in = Action::kHold}, request),
            WithRef("HOLD "));
}

TEST(Reply, StaysOneShortSafeLineWhateverComesFromOutside) {
  Policy policy = support::WithZones({});
  policy.reply.helo = "{helo} {sender} {name} {helo} {sender} {name} {hostname} (ref {ref}) " + std::string(150, 'x');
  policy.reply.hostname = std::string(200, 'h');
  Request request = support::Mail();
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
      "DUNNO|DEFER_IF_PERMIT 4\\.[0-9]+\\.[0-9]+ .+|REJECT 5\\.[0-9]+\\.[0-9]+ .+|HOLD .+|"
      "FILTER discard:[0-9A-Z-]+|PREPEND X-Sekimori: .+");
  return std::regex_match(reply, known) && reply.size() <= kMaxReply;
}

std::vector<std::string> WordsOf(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// A name that is cut is another name.
TEST(ReplyProperty, NoWordStandsThereInPart) {
  for (std::size_t name = 4; name <= 64; name += 3) {
    for (std::size_t helo = 4; helo <= 64; helo += 5) {
      for (std::size_t extra = 0; extra <= 120; extra += 7) {
        ReplyTexts texts;
        Request request = support::Mail();
        request.helo_name = std::string(helo - 3, 'h') + ".jp";
        Verdict verdict = Gave(Action::kDefer, {{SignalKind::kHeloUnrelated, {80}, {}, {}}});
        verdict.name = std::string(name - 3, 'n') + ".jp";
        std::string padding;
        for (std::size_t i = 0; i < extra; i += 5) padding += " word" + std::to_string(i % 10);
        Policy policy = support::WithZones({});
        policy.reply.helo = "HELO {helo} of [{client}] ({name}) is not its own" + padding;
        policy.reply.why_url = "https://mx.example/why";
        policy.reply.defer = "4.7.1 Denied. {why} (ref {ref}) {why_url}";
        const std::string whole = "DEFER_IF_PERMIT 4.7.1 Denied. HELO " + request.helo_name +
                                  " ... of [203.0.113.45] (" + verdict.name + ") (...) is not its own" + padding +
                                  " (ref " + kReference.ToString() + ") https://mx.example/why/" +
                                  kReference.ToString();
        const auto known = WordsOf(whole);
        const std::string got = FormatReply(policy, request, verdict, kReference, {});
        for (const std::string& word : WordsOf(got)) {
          EXPECT_NE(std::find(known.begin(), known.end(), word), known.end()) << '"' << word << "\" in " << got;
        }
        EXPECT_LE(got.size(), kMaxReply) << got;
        EXPECT_TRUE(
            got.ends_with("(ref " + kReference.ToString() + ") https://mx.example/why/" + kReference.ToString()))
            << got;
        const bool fits = whole.size() - std::string(" ... (...)").size() <= kMaxReply;
        EXPECT_EQ(got.find("...") == std::string::npos && got.find("own" + padding + " (ref") != std::string::npos,
                  fits)
            << "nothing is left out without need: " << got;
      }
    }
  }
}

TEST(ReplyProperty, NoSignalStandsInAHeaderInPart) {
  for (std::size_t length = 4; length <= 200; ++length) {
    std::vector<Signal> signals;
    for (const char c : {'a', 'b', 'c', 'd'}) {
      signals.push_back({SignalKind::kDnsbl, {80}, std::string(length / 4, c) + ".example", {}});
    }
    Verdict verdict = Gave(Action::kReject, signals, Mode::kTag);
    verdict.entry = support::Entry(ListKind::kBlocklist, "@" + std::string(length / 4, 'e') + ".example");
    const std::string got = Reply(verdict);
    EXPECT_LE(got.size(), kMaxReply) << got;
    EXPECT_NE(got.find("; ref=" + kReference.ToString()), std::string::npos) << got;
    const std::string shown = got.substr(got.find("signals=") + 8, got.find("; ref=") - got.find("signals=") - 8);
    std::istringstream stream(shown);
    for (std::string signal; std::getline(stream, signal, ',');) {
      EXPECT_TRUE(signal == "..." || signal.ends_with(".example]")) << got;
    }
    const auto entry = got.find("; entry=");
    EXPECT_TRUE(entry == std::string::npos || got.ends_with(".example")) << got;
    EXPECT_TRUE(length >= 8 || entry != std::string::npos) << got;
  }
}

// The end of a name tells whose it is.
TEST(Reply, OfALongNameTheLastLabelsStay) {
  Verdict verdict = Gave(Action::kGreylist, {kDynamicSignal});
  verdict.name = std::string(60, 'a') + "." + std::string(40, 'b') + ".isp.example";
  EXPECT_NE(Reply(verdict).find("(..." + std::string(40, 'b') + ".isp.example)"), std::string::npos) << Reply(verdict);
  verdict.name = std::string(100, 'a');
  EXPECT_NE(Reply(verdict).find("(...) looks"), std::string::npos) << Reply(verdict);
}

TEST(ReplyProperty, IsNeverWhatLetsInOrMeansNothing) {
  constexpr std::array kActions{Action::kPass,   Action::kTag,  Action::kGreylist, Action::kDefer,
                                Action::kReject, Action::kHold, Action::kDiscard};
  Request request = support::Mail();
  request.helo_name = "OK";
  int replies = 0;
  for (const Action action : kActions) {
    for (const Mode mode : {Mode::kEnforce, Mode::kTag, Mode::kMonitor}) {
      for (int state = 0; state <= static_cast<int>(ProtocolState::kOther); ++state) {
        for (const char* text : {"{helo}", "{name}{list} {sender}", "450", "{unknown", ""}) {
          for (const std::optional<Action> first : {std::optional<Action>(), std::optional(Action::kDiscard)}) {
            Verdict verdict = Gave(action, {{SignalKind::kHeloLiteral, {80}, {}, {}}}, mode);
            verdict.name.clear();
            Policy policy = support::WithZones({});
            policy.reply.helo = text;
            policy.reply.defer = policy.reply.greylist = policy.reply.reject = "4.7.1 {why}";
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
  EXPECT_EQ(replies, 7 * 3 * 10 * 5 * 2);
}

}  // namespace rules::reply_test
