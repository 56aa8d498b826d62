#include "policyd/http/why/page.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "policyd/http/texts.h"
#include "policyd/http/why/causes.h"
#include "policyd/http/why/checks.h"

namespace policyd::http::why::page_test {

const rules::TimePoint kNow{rules::seconds{1'795'250'000}};  // 2026-11-21 08:33:20 UTC
constexpr rules::seconds kHour{3600};

cache::JournalRow Row(std::string signals, std::string reason) {
  cache::JournalRow row;
  row.reference = {0x123456789};
  row.first = kNow - 2 * kHour;
  row.last = kNow - kHour;
  row.times = 3;
  row.client = *rules::IpAddress::Parse("192.0.2.1");
  row.name = "mail.partner.example";
  row.reverse_dns = "confirmed";
  row.helo = "helo.partner.example";
  row.sender = "secret.person@partner.example";
  row.recipient = "other.person@our.example";
  row.action = "defer";
  row.reason = std::move(reason);
  row.mode = "enforce";
  row.score = "8";
  row.signals = std::move(signals);
  row.reply = "DEFER_IF_PERMIT 4.7.1 Access denied. The reply";
  return row;
}

std::string Page(const cache::JournalRow& row, Language language = Language::kEnglish) {
  return WhyPage({.language = language, .host = "mx.our.example", .contact = "postmaster@our.example"},
                 {.row = row, .time = kNow});
}

bool Has(const std::string& page, std::string_view text) {
  return page.find(text) != std::string::npos;
}

std::multiset<std::string> PlaceholdersOf(std::string_view text) {
  std::multiset<std::string> found;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    found.emplace(text.substr(at, text.find('}', at) - at + 1));
  }
  return found;
}

bool HasJapanese(std::string_view text) {
  // Hiragana and katakana are U+3040 to U+30FF: E3 81 80 to E3 83 BF.
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if (text[i] == '\xe3' && second >= 0x81 && second <= 0x83) return true;
  }
  return false;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

std::string_view CauseText(CauseKind kind, const char* part, Language language) {
  const std::string name = Name(kind);
  const bool is_list = kind == CauseKind::kDnsbl || kind == CauseKind::kNameList;
  const bool is_alike = std::string_view(part) == "remedy" && (is_list || name.starts_with("helo_"));
  return Texts::Of(language)("why.cause." + (!is_alike ? name : is_list ? "list" : "helo") + "." + part);
}

// That both languages have the same keys and places is for texts_test.cc.
TEST(Texts, OfEachCauseAreThereWithPlacesThatAreFilled) {
  const std::set<std::string> known{"{client}", "{name}", "{helo}", "{list}", "{removal}", "{contact}", "{ref}"};
  std::set<std::string_view> titles;
  for (std::size_t i = 0; i < kCauseKinds; ++i) {
    const auto kind = static_cast<CauseKind>(i);
    for (const char* part : {"title", "what", "remedy"}) {
      const std::string_view first = CauseText(kind, part, Language::kEnglish);
      const std::string_view second = CauseText(kind, part, Language::kJapanese);
      EXPECT_TRUE(IsAscii(first) && first.find(' ') != std::string_view::npos) << first;
      EXPECT_TRUE(HasJapanese(second)) << second;
      for (const std::string& place : PlaceholdersOf(first)) EXPECT_TRUE(known.contains(place)) << place;
    }
    titles.insert(CauseText(kind, "title", Language::kEnglish));
    titles.insert(CauseText(kind, "title", Language::kJapanese));
  }
  EXPECT_EQ(titles.size(), 2 * kCauseKinds) << "each cause has its own text";
}

struct Case {
  const char* name;
  cache::JournalRow row;
  std::vector<CauseKind> want;
};
class CauseTest : public testing::TestWithParam<Case> {};

TEST_P(CauseTest, IsToldInBothLanguages) {
  const auto causes = CausesOf(GetParam().row);
  std::vector<CauseKind> kinds;
  for (const Cause& cause : causes) kinds.push_back(cause.kind);
  EXPECT_EQ(kinds, GetParam().want);
  for (const Language language : {Language::kEnglish, Language::kJapanese}) {
    const std::string page = Page(GetParam().row, language);
    for (const CauseKind kind : kinds) {
      // Its remedy up to the first placeholder or the first byte that HTML escapes.
      const std::string_view remedy = CauseText(kind, "remedy", language);
      EXPECT_TRUE(Has(page, remedy.substr(0, remedy.find_first_of("{`'\"")))) << remedy;
    }
    EXPECT_EQ(PlaceholdersOf(page), std::multiset<std::string>{}) << "what is not filled";
    for (const CauseKind other : {CauseKind::kNoPtr, CauseKind::kBlocklist, CauseKind::kDnsbl}) {
      const std::string_view what = CauseText(other, "what", language);
      const bool is_told = std::find(kinds.begin(), kinds.end(), other) != kinds.end();
      const std::string_view end = what.substr(what.rfind('}') == std::string_view::npos ? 0 : what.rfind('}') + 1);
      EXPECT_EQ(Has(page, end.substr(0, end.find('\''))), is_told) << what;
    }
  }
}

cache::JournalRow With(cache::JournalRow row, std::string cache::JournalRow::*member, std::string value) {
  row.*member = std::move(value);
  return row;
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, CauseTest,
    testing::Values(
        Case{"no_ptr", Row("no_ptr:4", "no_ptr"), {CauseKind::kNoPtr}},
        Case{"no_forward", Row("no_forward:4", "no_forward"), {CauseKind::kNoForward}},
        Case{"mismatch", Row("mismatch:4", "mismatch"), {CauseKind::kMismatch}},
        Case{"unavailable_name", Row("unavailable_name:3", "unavailable_name"), {CauseKind::kUnavailableName}},
        Case{"dynamic_name", Row("dynamic_name:3", "dynamic_name"), {CauseKind::kDynamicName}},
        Case{"cloud_name", Row("cloud_name:1", "cloud_name"), {CauseKind::kCloudName}},
        Case{"table", Row("table:3[clients.pcre:12]", "table"), {CauseKind::kTable}},
        Case{"table_that_decides",
             With(Row("no_ptr:4", "table"), &cache::JournalRow::table, "clients.pcre:12"),
             {CauseKind::kTable}},
        Case{"dnsbl", Row("dnsbl:8[zen.spamhaus.org]", "dnsbl"), {CauseKind::kDnsbl}},
        Case{"two_lists",
             Row("dnsbl:8[zen.spamhaus.org],dnsbl:4[bl.spamcop.net]", "dnsbl"),
             {CauseKind::kDnsbl, CauseKind::kDnsbl}},
        Case{"name_list", Row("name_list:4[dbl.spamhaus.org]", "name_list"), {CauseKind::kNameList}},
        Case{"helo_literal", Row("helo_literal:3", "helo"), {CauseKind::kHeloLiteral}},
        Case{"helo_not_public", Row("helo_not_public:3", "helo"), {CauseKind::kHeloNotPublic}},
        Case{"helo_localhost", Row("helo_localhost:3", "helo"), {CauseKind::kHeloLocalhost}},
        Case{"helo_own_name", Row("helo_own_name:3", "helo"), {CauseKind::kHeloOwnName}},
        Case{"helo_unrelated", Row("helo_unrelated:3", "helo"), {CauseKind::kHeloUnrelated}},
        Case{"reputation_poor", Row("reputation_poor:3", "reputation"), {CauseKind::kReputation}},
        Case{"spf_fail", Row("spf_fail:3,cloud_name:1", "spf"), {CauseKind::kSpf, CauseKind::kCloudName}},
        Case{"spf_softfail", Row("spf_softfail:1", "spf"), {CauseKind::kSpf}},
        Case{"helo_spf_fail", Row("helo_spf_fail:3", "spf"), {CauseKind::kSpfHelo}},
        Case{"spf_permerror", Row("spf_permerror:3", "spf"), {CauseKind::kSpfError}},
        Case{"blocklist", Row("dnsbl:8[zen.spamhaus.org]", "blocklist"), {CauseKind::kBlocklist}},
        Case{"separate",
             With(Row("no_ptr:4", "no_ptr"), &cache::JournalRow::reply,
                  "DEFER_IF_PERMIT 4.5.3 Send to this recipient separately (ref 00000-00000)"),
             {CauseKind::kSeparate}},
        Case{"nothing_known", Row("", "not_judged"), {CauseKind::kOther}},
        Case{"of_a_later_version", Row("moon:3,no_ptr:1", "moon"), {CauseKind::kNoPtr}},
        Case{"what_speaks_in_favour_is_no_cause",
             Row("no_ptr:4,dnsbl:-2[list.dnswl.org],helo_match:-1", "no_ptr"),
             {CauseKind::kNoPtr}},
        Case{"all_that_is_to_be_mended",
             Row("dnsbl:8[zen.spamhaus.org],no_ptr:4,helo_localhost:3", "dnsbl"),
             {CauseKind::kDnsbl, CauseKind::kNoPtr, CauseKind::kHeloLocalhost}}),
    [](const auto& row) { return row.param.name; });

TEST(Page, SaysOfAListItsPageForRemoval) {
  EXPECT_TRUE(Has(Page(Row("dnsbl:8[zen.spamhaus.org]", "dnsbl")), "<a href=\"https://check.spamhaus.org/\""));
  const std::string page = Page(Row("dnsbl:8[bl.nobody.example]", "dnsbl"));
  EXPECT_TRUE(Has(page, "See at the web site of that list why it is listed"));
  EXPECT_FALSE(Has(page, "href=\"http")) << "no link is made of a name";
}

TEST(Page, SaysWhomToWriteToAboutTheBlocklist) {
  const cache::JournalRow row = Row("", "blocklist");
  EXPECT_TRUE(Has(Page(row), "<a href=\"mailto:postmaster@our.example\">postmaster@our.example</a>"));
  EXPECT_TRUE(Has(WhyPage({.contact = "+81 3 0000 0000 <b>"}, {.row = row}), "+81 3 0000 0000 &lt;b&gt;"));
  EXPECT_TRUE(Has(WhyPage({}, {.row = row}), "the postmaster of the recipient&#39;s domain") ||
              Has(WhyPage({}, {.row = row}), "the postmaster of the recipient's domain"));
}

TEST(Page, SaysWhenAGreylistedMailMayComeAgain) {
  cache::JournalRow row = Row("dynamic_name:3", "dynamic_name");
  row.action = "greylist";
  View view{.row = row, .time = kNow};
  view.since.passes_from = kNow + rules::seconds{60};
  view.since.passes_until = kNow + 40 * kHour;
  const std::string page = WhyPage({}, view);
  EXPECT_TRUE(Has(page, "There is nothing that you have to do"));
  EXPECT_TRUE(Has(page, "2026-11-21 08:34 UTC")) << "from";
  EXPECT_TRUE(Has(page, "2026-11-23 00:33 UTC")) << "until";
  EXPECT_TRUE(Has(WhyPage({.language = Language::kJapanese}, view), "2026-11-21 17:34")) << "in Japan's time";
  view.since = {.arrived = kNow};
  EXPECT_TRUE(Has(WhyPage({}, view), "has been accepted meanwhile"));
}

TEST(Page, OfAMailThatComesOrCameByItselfAsksForNothing) {
  cache::JournalRow row = Row("dynamic_name:3", "dynamic_name");
  row.action = "greylist";
  View view{.row = row, .time = kNow, .takes_appeals = true};
  EXPECT_TRUE(Has(WhyPage({}, view), "<textarea")) << "its time to come again is over";
  view.since.passes_from = kNow - kHour;
  view.since.passes_until = kNow + kHour;
  EXPECT_TRUE(Has(WhyPage({}, view), "<h1>Your mail will be accepted when it is sent again</h1>"));
  EXPECT_TRUE(Has(WhyPage({.language = Language::kJapanese}, view), "<h1>メールは再送後に受信されます</h1>"));
  EXPECT_FALSE(Has(WhyPage({}, view), "<textarea"));
  for (const char* action : {"greylist", "defer", "reject"}) {
    view.row.action = action;
    view.since = {.arrived = kNow};
    const std::string page = WhyPage({}, view);
    EXPECT_TRUE(Has(page, "<h1>This mail has arrived</h1>")) << action;
    EXPECT_FALSE(Has(page, "<textarea")) << action;
    EXPECT_FALSE(Has(page, "was refused")) << action;
    EXPECT_TRUE(Has(WhyPage({.language = Language::kJapanese}, view), "<h1>このメールは受信済みです</h1>")) << action;
  }
  view.appeal = cache::AppealRow{.reference = row.reference, .asked = kNow};
  view.appeal_standing = admin::AppealStanding::kAllowed;
  EXPECT_TRUE(Has(WhyPage({}, view), "has let you in")) << "what became of a request is told";
}

TEST(Page, OfABlockedSenderLeadsToThePostmaster) {
  cache::JournalRow row = Row("", "blocklist");
  row.action = "reject";
  View view{.row = row, .time = kNow, .takes_appeals = true};
  const std::string page = WhyPage({}, view);
  EXPECT_TRUE(Has(page, "Your server does not try again. Ask the postmaster below."));
  EXPECT_FALSE(Has(page, "How to check it"));
  EXPECT_FALSE(Has(page, "Have you fixed it?"));
  EXPECT_TRUE(Has(page, "<textarea"));
  EXPECT_TRUE(Has(WhyPage({.language = Language::kJapanese}, view), "下記の「受信許可の依頼」をご利用ください"));
  view.takes_appeals = false;
  EXPECT_FALSE(Has(WhyPage({.language = Language::kJapanese}, view), "受信許可の依頼")) << "there is no form";
}

TEST(Page, SaysHowToReadTheAnswer) {
  cache::JournalRow row = Row("no_ptr:4", "no_ptr");
  EXPECT_TRUE(Has(Page(row), "temporary error (4xx)"));
  EXPECT_TRUE(Has(Page(row), "<samp><bdi>4.7.1 Access denied. The reply</bdi></samp>")) << "without Postfix's word";
  row.action = "reject";
  EXPECT_TRUE(Has(Page(row), "permanent error (5xx)"));
  EXPECT_TRUE(Has(Page(row, Language::kJapanese), "恒久的なエラー（5xx）"));
}

// What the sender knows, what anybody can ask DNS, and no more.
TEST(Page, TellsNothingElse) {
  cache::JournalRow row = Row("dnsbl:8[zen.spamhaus.org],no_ptr:4.5", "blocklist");
  row.entry = ".partner-we-hate.example";
  row.recipient_class = "students-class";
  row.shadow = "shadow-word";
  row.score = "77.7";
  for (const Language language : {Language::kEnglish, Language::kJapanese}) {
    const std::string page = Page(row, language);
    for (const char* secret :
         {"secret.person", "other.person", "partner-we-hate", "students-class", "shadow-word", "77.7", "4.5"}) {
      EXPECT_FALSE(Has(page, secret)) << secret;
    }
  }
}

// All that strangers choose.
TEST(Page, HostileTextStaysText) {
  const std::string evil = "<script>alert(1)</script>\"'>\x1b[31m\u202e{contact}";
  cache::JournalRow row = Row("dnsbl:8[<b>list</b>],mismatch:4,helo_unrelated:3", "dnsbl");
  row.name = row.helo = row.sender = evil;
  row.reverse_dns = "mismatch";
  row.reply = "DEFER_IF_PERMIT 4.7.1 " + evil;
  row.facts = {{.asked = "ptr", .name = {}, .list = {}, .answer = "present", .records = {evil}, .age = {}}};
  View view{.row = row, .time = kNow, .takes_appeals = true};
  view.now = Now{
      .looked = kNow,
      .facts = {
          {.asked = "ptr", .name = {}, .list = {}, .answer = "present", .records = {evil}, .age = {}},
          {.asked = "forward", .name = evil, .list = {}, .answer = "present", .records = {"192.0.2.9"}, .age = {}}}};
  for (const Language language : {Language::kEnglish, Language::kJapanese}) {
    const std::string page = WhyPage({.language = language, .contact = "x"}, view);
    EXPECT_FALSE(Has(page, "<script")) << page;
    EXPECT_FALSE(Has(page, "<b>"));
    EXPECT_FALSE(Has(page, "\x1b"));
    EXPECT_FALSE(Has(page, "\u202e"));
    EXPECT_TRUE(Has(page, "&lt;script&gt;"));
    EXPECT_TRUE(Has(page, "{contact}")) << "what a stranger wrote is not filled";
    EXPECT_FALSE(Has(page, "dig +short &lt;")) << "nor in a command";
  }
}

TEST(Page, HasNeitherScriptNorStyleOfItsOwn) {
  const std::string page = Page(Row("no_ptr:4", "no_ptr"));
  for (const char* inline_part : {"<script", "<style", " style=", " onclick", " onload", "javascript:", "http-equiv"}) {
    EXPECT_FALSE(Has(page, inline_part)) << inline_part;
  }
  EXPECT_TRUE(Has(page, "<link rel=\"stylesheet\" href=\"./style.css\">"));
  EXPECT_FALSE(Has(std::string(BuiltInText("why.css")), "url(")) << "nothing is fetched from elsewhere";
  EXPECT_FALSE(Has(std::string(BuiltInText("why.css")), "@import"));
}

TEST(Checks, AreCommandsWithTheRealNames) {
  cache::JournalRow row = Row("dnsbl:8[zen.spamhaus.org],name_list:4[dbl.spamhaus.org]", "dnsbl");
  row.facts = {{.asked = "name_list",
                .name = "partner.example",
                .list = "dbl.spamhaus.org",
                .answer = "present",
                .records = {},
                .age = {}},
               {.asked = "name_list",
                .name = "helo.partner.example",
                .list = "dbl.spamhaus.org",
                .answer = "absent",
                .records = {},
                .age = {}}};
  using Kind = Check::Kind;
  EXPECT_EQ(
      ChecksFor(row),
      (std::vector<Check>{
          {Kind::kReverse, "", {"dig +short -x 192.0.2.1", "nslookup 192.0.2.1"}},
          {Kind::kForward, "", {"dig +short mail.partner.example A", "nslookup -type=A mail.partner.example"}},
          {Kind::kHelo, "", {"dig +short helo.partner.example A", "nslookup -type=A helo.partner.example"}},
          {Kind::kList,
           "zen.spamhaus.org",
           {"dig +short 1.2.0.192.zen.spamhaus.org A", "nslookup -type=A 1.2.0.192.zen.spamhaus.org"}},
          {Kind::kNameList,
           "dbl.spamhaus.org",
           {"dig +short partner.example.dbl.spamhaus.org A", "nslookup -type=A partner.example.dbl.spamhaus.org"}}}));
  row = Row("no_ptr:4", "no_ptr");
  row.client = *rules::IpAddress::Parse("2001:db8::1");
  EXPECT_EQ(ChecksFor(row)[1].commands.front(), "dig +short mail.partner.example AAAA");
}

// Whoever pastes it into a shell runs what a stranger wrote.
TEST(Checks, HoldNoNameThatAShellWouldReadAsMore) {
  for (const char* name : {"a;reboot", "$(reboot).example", "`reboot`", "a b", "-f", "a|b", "a\nb", "a&b", "a'b",
                           "a\"b", "関.example", "a>b", "a\\b", "", "*.example", "!x", "#x"}) {
    EXPECT_FALSE(IsSafeInCommand(name)) << name;
    cache::JournalRow row = Row("dnsbl:8[" + std::string(name) + "]", "dnsbl");
    row.name = row.helo = name;
    row.facts = {{.asked = "ptr", .name = {}, .list = {}, .answer = "present", .records = {name}, .age = {}}};
    EXPECT_EQ(ChecksFor(row).size(), 1U) << name << ": only the reverse look-up of the address";
  }
  EXPECT_TRUE(IsSafeInCommand("mail_1.a-b.example"));
  EXPECT_FALSE(IsSafeInCommand(std::string(254, 'a')));
}

rules::FactText Answer(const char* asked, const char* name, const char* answer, std::vector<std::string> records,
                       const char* list = "") {
  return {.asked = asked, .name = name, .list = list, .answer = answer, .records = std::move(records), .age = {}};
}

TEST(Now, SaysWhatDnsSaysAndWhatWouldBecomeOfTheMail) {
  View view{.row = Row("dnsbl:8[zen.spamhaus.org],no_ptr:4", "dnsbl"), .time = kNow};
  const auto page = [&](std::vector<rules::FactText> facts, Now::Outcome outcome) {
    view.now = Now{.looked = kNow, .facts = std::move(facts), .outcome = outcome};
    return WhyPage({}, view);
  };
  const std::string client = "<bdi>192.0.2.1</bdi>";
  EXPECT_TRUE(Has(page({Answer("ptr", "", "absent", {})}, Now::Outcome::kTurnedAway),
                  "<li class=\"bad\">" + client + " has no reverse DNS name.</li>"));
  EXPECT_TRUE(Has(page({}, Now::Outcome::kTurnedAway), "would still be turned away"));
  EXPECT_TRUE(Has(page({Answer("ptr", "", "unavailable", {})}, Now::Outcome::kTurnedAway), "do not answer"));
  const std::string mended = page(
      {Answer("ptr", "", "present", {"mx.partner.example"}),
       Answer("forward", "mx.partner.example", "present", {"192.0.2.9", "192.0.2.1"}),
       Answer("list", "", "absent", {}, "zen.spamhaus.org"), Answer("list", "", "absent", {}, "private.list.example")},
      Now::Outcome::kPasses);
  EXPECT_TRUE(Has(mended, "<li class=\"good\"><bdi>mx.partner.example</bdi> leads back to " + client));
  EXPECT_TRUE(Has(mended, "<li class=\"good\">" + client + " is not on <bdi>zen.spamhaus.org</bdi>"));
  EXPECT_TRUE(Has(mended, "would be accepted now."));
  EXPECT_FALSE(Has(mended, "private.list.example")) << "which other lists are asked is not told";
  const std::string elsewhere =
      page({Answer("forward", "mx.partner.example", "present", {"192.0.2.11"})}, Now::Outcome::kGreylisted);
  EXPECT_TRUE(Has(elsewhere, "leads to <bdi>192.0.2.11</bdi>, and not to " + client)) << "192.0.2.1 begins it";
  EXPECT_TRUE(Has(elsewhere, "on its second try"));
  EXPECT_TRUE(Has(page({Answer("list", "", "present", {"127.0.0.2"}, "zen.spamhaus.org")}, Now::Outcome::kTurnedAway),
                  "<li class=\"bad\">" + client + " is on <bdi>zen.spamhaus.org</bdi>."));
  view.row.signals += ",name_list:4[dbl.spamhaus.org]";
  EXPECT_TRUE(Has(page({Answer("name_list", "partner.example", "present", {"127.0.1.2"}, "dbl.spamhaus.org")},
                       Now::Outcome::kTurnedAway),
                  "<li class=\"bad\"><bdi>partner.example</bdi> is on <bdi>dbl.spamhaus.org</bdi>."));
}

TEST(Page, WithoutAReferenceAsksForOne) {
  const std::string page = EntryPage({});
  EXPECT_TRUE(Has(page, "<h1>Why your mail was turned away</h1>"));
  EXPECT_TRUE(Has(page, "Enter the reference"));
  EXPECT_TRUE(Has(page, "<input id=\"ref\" name=\"ref\""));
  EXPECT_FALSE(Has(page, "Nothing is known")) << "nobody has named one";
}

TEST(Request, HasAFormOnlyWhereRequestsAreTaken) {
  View view{.row = Row("no_ptr:4", "no_ptr"), .time = kNow};
  EXPECT_FALSE(Has(WhyPage({}, view), "<textarea"));
  view.takes_appeals = true;
  const std::string open = WhyPage({.language = Language::kJapanese}, view);
  EXPECT_TRUE(Has(open, "<form method=\"post\" action=\"./" + view.row.reference.ToString() + "?lang=ja\">"));
  EXPECT_TRUE(Has(open, "maxlength=\"300\""));
  for (const auto& [standing, text] : {std::pair{admin::AppealStanding::kWaiting, "has not decided yet"},
                                       std::pair{admin::AppealStanding::kAllowed, "has let you in"},
                                       std::pair{admin::AppealStanding::kEnded, "but that has ended"},
                                       std::pair{admin::AppealStanding::kRefused, "does not let you in"}}) {
    view.appeal = cache::AppealRow{.reference = view.row.reference, .asked = kNow};
    view.appeal_standing = standing;
    const std::string page = WhyPage({}, view);
    EXPECT_FALSE(Has(page, "<textarea")) << text;
    EXPECT_TRUE(Has(page, text));
  }
}

}  // namespace policyd::http::why::page_test
