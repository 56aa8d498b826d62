#include "policyd/http/pages/pages.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "cache/repair/alarms.h"
#include "policyd/config/warning_rows.h"
#include "policyd/dns/zones/zone_reasons.h"
#include "policyd/http/pages/figures.h"
#include "policyd/http/pages/plots.h"
#include "rules/signal.h"
#include "rules/values/ascii.h"
#include "tests/support/japanese_words.h"
#include "tests/support/temp_directory.h"

namespace policyd::http::pages::pages_test {

using rules::seconds;

const rules::TimePoint kNow{seconds{1'795'249'820}};

// What a stranger would like to be part of the page.
const std::string kHostile = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>\u202e";

// The one page of others that a page of ours leads to.
const std::string kRemoval = "https://bl.example/remove";

// A name of an element, or of an attribute, with where it stands.
struct Tag {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
};

// Reads what a page is made of, as strictly as an XML parser reads, but for elements without an end.  Faults are added
// to the failures of the test.
class PageReader {
 public:
  explicit PageReader(const std::string& page) : rest_(page) {
    constexpr std::string_view kDoctype = "<!DOCTYPE html>\n";
    EXPECT_TRUE(rest_.starts_with(kDoctype));
    rest_.remove_prefix(std::min(kDoctype.size(), rest_.size()));
    while (!rest_.empty() && !failed_) Step();
    EXPECT_TRUE(open_.empty()) << open_.size() << " elements are not closed";
  }

  const std::vector<Tag>& tags() const { return tags_; }
  const std::string& text() const { return text_; }
  // What the reader is told: without code, and without what says that it is in another language.
  const std::string& told() const { return told_; }

  const std::string* AttributeOf(const std::string& id, const std::string& attribute) const {
    for (const Tag& tag : tags_) {
      if (Find(tag, "id") && *Find(tag, "id") == id) return Find(tag, attribute);
    }
    return nullptr;
  }
  static const std::string* Find(const Tag& tag, const std::string& attribute) {
    for (const auto& [name, value] : tag.attributes) {
      if (name == attribute) return &value;
    }
    return nullptr;
  }

 private:
  void Step() {
    if (rest_.front() != '<') {
      const std::size_t end = std::min(rest_.find('<'), rest_.size());
      CheckText(rest_.substr(0, end));
      text_ += rest_.substr(0, end);
      if (untold_ == 0) told_ += std::string(rest_.substr(0, end)) + '\n';
      rest_.remove_prefix(end);
      return;
    }
    const std::size_t end = EndOfTag();
    if (end == std::string_view::npos) return Fail("a tag does not end");
    const std::string_view inside = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    if (inside.starts_with('/')) return CloseTag(inside.substr(1));
    OpenTag(inside);
  }

  std::size_t EndOfTag() const {
    bool is_quoted = false;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') is_quoted = !is_quoted;
      if (rest_[i] == '>' && !is_quoted) return i;
    }
    return std::string_view::npos;
  }

  void OpenTag(std::string_view inside) {
    Tag tag;
    tag.name = inside.substr(0, inside.find(' '));
    inside.remove_prefix(tag.name.size());
    while (!inside.empty() && !failed_) {
      inside.remove_prefix(1);  // the blank
      const std::size_t end = std::min(inside.find_first_of(" ="), inside.size());
      std::string name(inside.substr(0, end)), value;
      inside.remove_prefix(end);
      if (inside.starts_with("=\"")) {
        const std::size_t close = inside.find('"', 2);
        value = inside.substr(2, close - 2);
        inside.remove_prefix(close + 1);
      }
      CheckText(value);
      tag.attributes.emplace_back(std::move(name), std::move(value));
    }
    static const std::set<std::string> kVoid{"meta", "link", "img", "input", "br"};
    const std::string* language = Find(tag, "lang");
    const bool is_untold = tag.name == "code" || (language && tag.name != "html" && *language == "en");
    if (!kVoid.contains(tag.name)) {
      open_.push_back(tag.name);
      if (untold_ > 0 || is_untold) ++untold_;
    }
    for (const char* attribute : {"title", "aria-label", "placeholder"}) {
      if (const std::string* value = Find(tag, attribute); value && untold_ == 0) told_ += *value + '\n';
    }
    tags_.push_back(std::move(tag));
  }

  void CloseTag(std::string_view name) {
    if (open_.empty() || open_.back() != name) return Fail("</" + std::string(name) + "> closes nothing");
    open_.pop_back();
    if (untold_ > 0) --untold_;
  }

  void CheckText(std::string_view text) {
    if (text.find_first_of("<>\"'") != std::string_view::npos) Fail("not escaped: " + std::string(text));
    if (text.find("\u202e") != std::string_view::npos) Fail("a mark of direction");
    for (std::size_t at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
      const std::string_view entity = text.substr(at + 1, text.find(';', at) - at - 1);
      const bool is_ours = entity == "amp" || entity == "lt" || entity == "gt" || entity == "quot" || entity == "#39";
      if (!is_ours) Fail("an unknown entity: " + std::string(entity));
    }
  }

  void Fail(const std::string& why) {
    ADD_FAILURE() << why;
    failed_ = true;
  }

  std::string_view rest_;
  std::vector<std::string> open_;
  std::vector<Tag> tags_;
  std::string text_, told_;
  std::size_t untold_ = 0;  // open elements from the one on that is not told
  bool failed_ = false;
};

// What a content security policy without "unsafe" refuses, and what leads elsewhere.
void ExpectHarmless(const PageReader& page) {
  std::size_t scripts = 0;
  for (const Tag& tag : page.tags()) {
    scripts += tag.name == "script" ? 1U : 0U;
    const std::string* source = PageReader::Find(tag, "src");
    EXPECT_TRUE(tag.name != "script" || *source == "/assets/script.js");
    EXPECT_NE(tag.name, "style");
    for (const auto& [name, value] : tag.attributes) {
      EXPECT_FALSE(name == "style" || name.starts_with("on")) << tag.name << " " << name;
      const bool leads = name == "href" || name == "src" || name == "action";
      const bool is_here = (value.starts_with("/") || value.starts_with("#")) && !value.starts_with("//");
      const std::string* rel = PageReader::Find(tag, "rel");
      const bool is_removal = tag.name == "a" && value == kRemoval && rel && *rel == "noreferrer";
      EXPECT_TRUE(!leads || is_here || is_removal) << value;
    }
    EXPECT_TRUE(tag.name != "img" || *source == "/assets/icon.svg");
  }
  EXPECT_EQ(scripts, 1U);
}

// Each id once; what is labelled by one finds it.
void ExpectWellLabelled(const PageReader& page) {
  std::set<std::string> ids;
  for (const Tag& tag : page.tags()) {
    const std::string* id = PageReader::Find(tag, "id");
    EXPECT_TRUE(!id || ids.insert(*id).second) << *id << " twice";
  }
  for (const Tag& tag : page.tags()) {
    const std::string* by = PageReader::Find(tag, "aria-labelledby");
    for (const std::string_view id : rules::Split(by ? std::string_view(*by) : std::string_view(), ' ')) {
      EXPECT_TRUE(id.empty() || ids.contains(std::string(id))) << id;
    }
  }
}

cache::JournalRow HostileRow() {
  cache::JournalRow row;
  row.reference.code = 12345;
  row.client = *rules::IpAddress::Parse("2001:db8::25");
  row.first = row.last = kNow;
  row.times = 3;
  row.name = row.helo = row.sender = row.recipient = row.reply = row.entry = row.table = kHostile;
  row.recipient_class = row.shadow = row.reverse_dns = row.spf = kHostile;
  row.action = "greylist";
  row.would = "reject";
  row.reason = "dnsbl";
  row.mode = "enforce";
  row.score = "8.0";
  row.signals = "dnsbl:8[" + kHostile + "]";
  row.facts = {{.asked = "ptr", .name = {}, .list = {}, .answer = "present", .records = {kHostile}, .age = seconds{5}},
               {.asked = kHostile, .name = kHostile, .list = kHostile, .answer = kHostile, .records = {}, .age = {}}};
  return row;
}

cache::AppealRow HostileAppeal() {
  const cache::JournalRow row = HostileRow();
  return {.reference = row.reference, .asked = kNow, .client = row.client, .asker = kHostile, .text = kHostile};
}

class PagesTest : public testing::Test {
 protected:
  PagesTest() {
    auto opened = cache::Stores::OpenForDaemon({.directory = directory_.path(), .max_size = std::uint64_t{64} << 20U});
    stores_ = std::move(std::get<std::unique_ptr<cache::Stores>>(opened));
    config::Config config = std::get<config::Config>(
        config::ParseConfig("x", "dns.servers = [\"127.0.0.1:1\"]\ndns.timeout = \"50ms\"\ndns.tries = 1\n"));
    config.store.directory = directory_.path();
    config_ = std::make_shared<const config::Config>(std::move(config));
    auto transaction = cache::WriteTransaction::Begin(stores_->records_environment());
    EXPECT_TRUE(stores_->journal().Add(**transaction, HostileRow()));
    EXPECT_TRUE((*transaction)->Commit());
    transaction->reset();
    routes_ = PageRoutes({.config = [this] { return config_; },
                          .stores = *stores_,
                          .now = [] { return kNow; },
                          .overview = [this](const admin::OverviewSpan& span) { return Overview(span); },
                          .takes_changes = [this] { return takes_changes_; }});
  }

  static admin::Overview Overview(const admin::OverviewSpan& span) {
    admin::Overview overview;
    overview.now = kNow;
    overview.span = span;
    overview.version = kHostile;
    overview.started = kNow - seconds{100};
    overview.attention = {admin::ConfigurationFinding(rules::InOwnWords(kHostile)),
                          admin::ConfigurationFinding({.kind = "warning.token_file", .about = {{"file", kHostile}}}),
                          admin::DegradedFinding({rules::InOwnWords(kHostile)}, admin::Level::kWarning),
                          admin::MakeFinding(admin::FindingKind::kListWithoutPoints, {kHostile, kHostile}),
                          admin::MakeFinding(admin::FindingKind::kWatchListed, {"192.0.2.1", "bl.example"})};
    overview.attention.back().says = kHostile;
    overview.attention.back().removal = kRemoval;
    for (rules::TimePoint at = span.since; at < span.until; at += span.step) overview.bins.push_back({.begin = at});
    overview.bins.back().answers = overview.bins.back().would = {1200, 0, 34, 5, 6, 0, 0};
    overview.bins.back().asked = {.count = 3, .p50 = 0.0125, .p99 = 0.9};
    overview.answered = {.actions = {1200, 0, 34, 0, 0, 0, 0}, .reasons = {{"no_ptr", 34}, {kHostile, 1}}};
    overview.answered.tops = {{{kHostile, 7}}, {{kHostile, 7}}, {{kHostile, 7}}};
    overview.would = overview.answered;
    overview.would.actions = {1150, 0, 34, 50, 0, 0, 0};
    admin::OverviewZone list;
    list.status.row.shown = list.status.points = kHostile;
    list.status.row.reason = rules::InOwnWords(kHostile);
    list.status.row.state = rules::ZoneState::kQuarantined;
    overview.zones = {list};
    overview.name_servers = {{kHostile, false}};
    overview.newest = {HostileRow()};
    overview.appeals = {{.row = HostileAppeal(), .verdict = HostileRow()}, {.row = HostileAppeal(), .verdict = {}}};
    overview.appeals_waiting = 5;
    return overview;
  }

  HttpResponse Get(const std::string& path, const std::vector<std::pair<std::string, std::string>>& query = {}) const {
    HttpRequest request;
    request.method = "GET";
    request.path = path;
    request.query = query;
    const Route* best = nullptr;
    for (const Route& route : routes_) {
      const bool fits =
          route.path == path || (route.path.size() > 1 && route.path.ends_with('/') && path.starts_with(route.path));
      if (fits && (!best || route.path.size() > best->path.size())) best = &route;
    }
    if (!best) return ErrorResponse(path, 404, "no route");
    request.rest = path.substr(best->path.size());
    return best->answer(request);
  }

  support::TempDirectory directory_;
  std::unique_ptr<cache::Stores> stores_;
  std::shared_ptr<const config::Config> config_;
  std::vector<Route> routes_;
  bool takes_changes_ = true;
};

TEST_F(PagesTest, HostileTextStaysTextEverywhere) {
  const std::string reference = HostileRow().reference.ToString();
  struct Case {
    std::string path;
    std::vector<std::pair<std::string, std::string>> query;
    unsigned status;
  };
  for (const Case& one : std::vector<Case>{
           {"/", {}, 200},
           {"/", {{"since", "1h"}, {kHostile, kHostile}}, 200},
           {"/", {{"since", kHostile}}, 400},
           {"/verdicts", {}, 200},
           {"/verdicts", {{"sender", kHostile}, {"recipient", kHostile}}, 200},
           {"/verdicts", {{"client", "." + kHostile}}, 200},
           {"/verdicts", {{"client", kHostile}}, 400},
           {"/verdicts", {{"action", kHostile}}, 400},
           {"/verdicts", {{"since", kHostile}}, 400},
           {"/verdicts/" + reference, {{kHostile, kHostile}}, 200},
           {"/verdicts/" + kHostile, {}, 404},
           {"/lookup", {}, 200},
           {"/lookup", {{"client", kHostile}}, 400},
           {"/lookup", {{"client", reference}, {"helo", kHostile}, {"sender", kHostile}}, 200},
           {"/lookup", {{"client", "2001:db8::25"}, {"recipient", kHostile}}, 200},
       }) {
    for (const char* language : {"en", "ja"}) {
      auto query = one.query;
      query.emplace_back("lang", language);
      const HttpResponse response = Get(one.path, query);
      SCOPED_TRACE(one.path + " " + (one.query.empty() ? "" : one.query.front().first) + " " + language);
      EXPECT_EQ(response.status, one.status);
      EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
      const PageReader page(response.body);
      ExpectHarmless(page);
      ExpectWellLabelled(page);
    }
  }
}

TEST_F(PagesTest, TheNumbersOfAPlotStandInItsTable) {
  const std::string body = Get("/", {{"since", "1h"}}).body;
  const PageReader page(body);
  EXPECT_EQ(*page.AttributeOf("plot-traffic", "data-columns"), "60");
  EXPECT_EQ(*page.AttributeOf("attention", "data-count"), "5");
  EXPECT_EQ(*page.AttributeOf("attention", "data-level"), "WARNING");
  for (const char* text : {"1,200", "34", "12 ms", "900 ms"}) {
    EXPECT_NE(page.text().find(text), std::string::npos) << text;
  }
  const auto columns = std::count_if(page.tags().begin(), page.tags().end(), [](const Tag& tag) {
    return tag.name == "tr" && PageReader::Find(tag, "data-begin");
  });
  EXPECT_EQ(columns, 2 * 60) << "a row a column, for each of the two plots";
}

TEST_F(PagesTest, AListThatNamesUsIsShownWithItsWordsAndItsPageForRemovals) {
  const std::string body = Get("/").body;
  EXPECT_NE(body.find("<q>"), std::string::npos);
  EXPECT_NE(body.find("<a href=\"https://bl.example/remove\" rel=\"noreferrer\">https://bl.example/remove</a>"),
            std::string::npos);
}

TEST_F(PagesTest, ChangesAreOfferedOnlyWhereTheyCanBeMade) {
  EXPECT_NE(Get("/").body.find("data-change=\"unblock\""), std::string::npos);
  takes_changes_ = false;
  for (const std::string& path :
       {std::string("/"), std::string("/verdicts"), "/verdicts/" + HostileRow().reference.ToString()}) {
    const std::string body = Get(path).body;
    EXPECT_EQ(body.find("class=\"change\""), std::string::npos) << path;
    EXPECT_EQ(body.find("<dialog"), std::string::npos) << path;
  }
}

// The help desk reads who asks for what, and answers from there.
TEST_F(PagesTest, RequestsToBeLetInStandOnTheStatusPage) {
  const std::string reference = HostileRow().reference.ToString(), body = Get("/").body;
  const auto has = [](const std::string& page, const std::string& text) {
    return page.find(text) != std::string::npos;
  };
  EXPECT_TRUE(has(body, "data-request=\"" + reference + "\""));
  EXPECT_TRUE(has(body, "<bdi>&quot;&#39;&gt;&lt;script&gt;")) << "what they write, as text";
  EXPECT_TRUE(has(body, "data-change=\"allow\" data-target=\"" + reference + "\""));
  EXPECT_TRUE(has(body, "data-change=\"refuse\" data-target=\"" + reference + "\""));
  EXPECT_TRUE(has(body, "3 more: <code>sekimorictl requests list</code>"));
  EXPECT_TRUE(has(body, "name=\"change-comment\""));
  EXPECT_TRUE(has(body, "Refuse this request?"));
  takes_changes_ = false;
  EXPECT_TRUE(has(Get("/").body, "data-request=\"" + reference + "\""));
  EXPECT_FALSE(has(Get("/").body, "data-change=\"allow\""));
}

TEST_F(PagesTest, SpeakTheLanguageOfTheReader) {
  EXPECT_NE(Get("/", {{"lang", "ja"}}).body.find("<html lang=\"ja\">"), std::string::npos);
  EXPECT_NE(Get("/", {{"lang", "ja"}}).body.find("href=\"/verdicts?lang=ja\""), std::string::npos) << "and keep it";
  EXPECT_NE(Get("/").body.find("<html lang=\"en\">"), std::string::npos);
}

// Mail, lists, findings and statements of every kind, with names that nobody takes for words.
class JapanesePagesTest : public PagesTest {
 protected:
  // A word of ours where such a finding has one.
  static std::string SecondOf(admin::FindingKind kind) {
    if (kind == admin::FindingKind::kListWithoutPoints) return "quarantined";
    return kind == admin::FindingKind::kWatchProblem ? "forward" : "y.example";
  }

  static admin::Overview EverythingAtOnce(const admin::OverviewSpan& span) {
    admin::Overview overview = Overview(span);
    overview.version = "1.2.3";
    overview.attention.clear();
    for (const admin::FindingRow& row : admin::FindingRows()) {
      overview.attention.push_back(admin::MakeFinding(row.kind, {"x.example", SecondOf(row.kind)}));
    }
    for (const rules::StatementRow& row : config::WarningRows()) {
      overview.attention.push_back(admin::ConfigurationFinding(Sample(row, "gone.old_name")));
    }
    for (const rules::StatementRow& row : cache::AlarmRows()) {
      overview.attention.push_back(
          admin::DegradedFinding({Sample(row, "alarm.unknown"), Sample(row, "alarm.crashed")}, admin::Level::kWarning));
    }
    overview.zones.clear();
    for (const rules::StatementRow& row : dns::ZoneReasonRows()) {
      admin::OverviewZone list;
      list.status.row.shown = "zen.example";
      list.status.row.state = static_cast<rules::ZoneState>(overview.zones.size() % rules::kZoneStates);
      list.status.row.reason = Sample(row, {});
      overview.zones.push_back(std::move(list));
    }
    overview.answered.reasons.clear();
    for (int i = 0; i <= static_cast<int>(rules::Reason::kFailOpen); ++i) {
      overview.answered.reasons.push_back({rules::Name(static_cast<rules::Reason>(i)), 1});
    }
    overview.answered.tops = overview.would.tops = {};
    overview.would.reasons = overview.answered.reasons;
    overview.name_servers = {{"127.0.0.1:53", false}};
    overview.newest = Rows();
    overview.appeals = {{.row = {.client = *rules::IpAddress::Parse("192.0.2.1"), .text = "x.example"},
                         .verdict = overview.newest.front()}};
    return overview;
  }

  // About x.example everywhere; its phrases, if it has any, are of this kind.
  static rules::Statement Sample(const rules::StatementRow& row, const std::string& phrase) {
    rules::Statement statement{.kind = row.kind};
    for (std::size_t at = 0; (at = row.text.find('{', at)) != std::string::npos; ++at) {
      const std::string place = row.text.substr(at + 1, row.text.find('}', at) - at - 1);
      const bool is_phrase = place == "what" || place == "why" || place == "before";
      statement.about.emplace_back(place, is_phrase          ? rules::Statement::Value(rules::Phrase{phrase})
                                          : place == "taken" ? rules::Statement::Value(kNow)
                                                             : rules::Statement::Value(std::string("x.example")));
    }
    return statement;
  }

  static std::vector<cache::JournalRow> Rows() {
    std::vector<cache::JournalRow> rows;
    const char* const modes[] = {"enforce", "tag", "monitor"};
    for (int i = 0; i <= static_cast<int>(rules::Reason::kFailOpen); ++i) {
      cache::JournalRow row;
      row.reference.code = static_cast<std::uint64_t>(100 + i);
      row.client = *rules::IpAddress::Parse("192.0.2.1");
      row.first = row.last = kNow;
      row.helo = row.name = "mail.x.example";
      row.sender = row.recipient = "a@x.example";
      row.reverse_dns = i % 2 == 0 ? "confirmed" : "no_ptr";
      row.action = rules::Name(rules::kAllActions[static_cast<std::size_t>(i) % rules::kAllActions.size()]);
      row.would = i % 3 == 0 ? "reject" : "";
      row.mode = modes[i % 3];
      row.recipient_class = i % 2 == 0 ? "x.class" : "";
      row.reason = rules::Name(static_cast<rules::Reason>(i));
      row.score = "8.0";
      for (std::size_t kind = 0; kind < rules::kSignalKinds; ++kind) {
        row.signals += std::string(kind > 0 ? "," : "") + rules::Name(static_cast<rules::SignalKind>(kind)) + ":1";
      }
      row.facts = {
          {.asked = "ptr", .name = {}, .list = {}, .answer = "present", .records = {"x.example"}, .age = seconds{5}},
          {.asked = "list", .name = {}, .list = "zen.example", .answer = "absent", .records = {}, .age = seconds{0}}};
      rows.push_back(std::move(row));
    }
    return rows;
  }

  JapanesePagesTest() {
    auto transaction = cache::WriteTransaction::Begin(stores_->records_environment());
    for (const cache::JournalRow& row : Rows()) EXPECT_TRUE(stores_->journal().Add(**transaction, row));
    EXPECT_TRUE((*transaction)->Commit());
    transaction->reset();
    routes_ = PageRoutes({.config = [this] { return config_; },
                          .stores = *stores_,
                          .now = [] { return kNow; },
                          .overview = EverythingAtOnce,
                          .takes_changes = [] { return true; }});
  }

  static void ExpectJapanese(const HttpResponse& response) {
    const PageReader page(response.body);
    std::string told = page.told();
    for (std::size_t at = 0; (at = told.find("&quot;", at)) != std::string::npos;) told.replace(at, 6, "\"");
    EXPECT_EQ(support::EnglishWordsIn(told), std::vector<std::string>());
  }
};

TEST_F(JapanesePagesTest, HoldNoEnglish) {
  using Query = std::vector<std::pair<std::string, std::string>>;
  std::vector<std::pair<std::string, Query>> pages{{"/", {}},
                                                   {"/", {{"since", "x"}}},
                                                   {"/verdicts", {{"since", "60d"}, {"client", "192.0.2.1"}}},
                                                   {"/verdicts", {{"client", "a..b"}}},
                                                   {"/verdicts", {{"action", "x.y"}}},
                                                   {"/verdicts", {{"since", "x.y"}}},
                                                   {"/verdicts/00000-00000", {}},
                                                   {"/lookup", {}},
                                                   {"/lookup", {{"client", "a..b"}}},
                                                   {"/lookup", {{"client", "00000-00000"}}},
                                                   {"/lookup", {{"client", "192.0.2.1"}}},
                                                   {"/lookup", {{"client", "a@x.example"}}}};
  for (const cache::JournalRow& row : Rows()) {
    pages.push_back({"/verdicts/" + row.reference.ToString(), {}});
    pages.push_back({"/lookup", {{"client", row.reference.ToString()}}});
  }
  for (auto& [path, query] : pages) {
    SCOPED_TRACE(path + (query.empty() ? "" : " " + query.front().second));
    query.emplace_back("lang", "ja");
    ExpectJapanese(Get(path, query));
  }
  HttpRequest request;
  request.path = "/";
  request.query = {{"lang", "ja"}};
  ExpectJapanese(LockedPage(request));
}

// A mail that was let in is not let in once more; one that was told to wait is no mail that nothing stands against.
TEST_F(PagesTest, OffersAndSaysWhatFitsTheAnswer) {
  const auto page_of = [this](const char* action, const char* would, const char* recipient_class) {
    cache::JournalRow row = HostileRow();
    row.action = action;
    row.would = would;
    row.mode = *would ? "monitor" : "enforce";
    row.recipient_class = recipient_class;
    row.signals.clear();
    return VerdictPage(Frame(HttpRequest{}, kNow, true), {.row = row, .since = {}}).body;
  };
  constexpr const char* kLetIn = "class=\"change\" data-change=\"unblock\"";
  const auto has = [](const std::string& page, const char* text) { return page.find(text) != std::string::npos; };
  EXPECT_TRUE(has(page_of("greylist", "", ""), kLetIn));
  EXPECT_FALSE(has(page_of("greylist", "", ""), "Nothing spoke against it"));
  EXPECT_FALSE(has(page_of("pass", "reject", ""), kLetIn));
  EXPECT_TRUE(has(page_of("pass", "", ""), "Nothing spoke against it"));
  EXPECT_TRUE(has(page_of("pass", "reject", ""), "The mode &quot;monitor&quot; lets it in"));
  EXPECT_TRUE(has(page_of("pass", "reject", "students"), "of the recipient class students lets it in"));
  cache::JournalRow row = HostileRow();
  const std::string arrived =
      VerdictPage(Frame(HttpRequest{}, kNow, true), {.row = row, .since = {.arrived = kNow}}).body;
  EXPECT_FALSE(has(arrived, kLetIn)) << "it was let in since";
  EXPECT_TRUE(has(arrived, "The same mail was let in at"));
  row.action = "pass";
  const std::string passed =
      VerdictPage(Frame(HttpRequest{}, kNow, true), {.row = row, .since = {.arrived = kNow}}).body;
  EXPECT_FALSE(has(passed, "The same mail was let in at")) << "it says so itself";
}

TEST_F(PagesTest, WhatEnforceWouldDoStandsApart) {
  const std::string body = Get("/", {{"since", "1h"}}).body;
  EXPECT_NE(body.find("if enforced: 50"), std::string::npos);
  EXPECT_NE(body.find("id=\"figure-refused\" data-value=\"0\""), std::string::npos);
  EXPECT_NE(body.find("class=\"line would\""), std::string::npos);
  EXPECT_NE(body.find("id=\"would-reasons\""), std::string::npos);
}

TEST_F(PagesTest, FilesAreThereAndTheScriptNeedsNothingElse) {
  for (const auto& [path, type] :
       {std::pair{"/assets/style.css", "text/css; charset=utf-8"},
        std::pair{"/assets/script.js", "text/javascript; charset=utf-8"},
        std::pair{"/assets/icon.svg", "image/svg+xml"}, std::pair{"/favicon.ico", "image/svg+xml"}}) {
    const HttpResponse response = Get(path);
    EXPECT_EQ(response.content_type, type);
    EXPECT_GT(response.body.size(), 100U) << path;
    // Nothing is fetched from elsewhere, and nothing is made of text.
    for (const char* word :
         {"//cdn", "innerHTML", "eval(", "document.write", "insertAdjacentHTML", "@import", "url("}) {
      EXPECT_EQ(response.body.find(word), std::string::npos) << path << " " << word;
    }
  }
}

TEST_F(PagesTest, APageThatNeedsATokenAsksForItAndSaysNothingElse) {
  HttpRequest request;
  request.path = "/verdicts";
  const HttpResponse response = LockedPage(request);
  EXPECT_EQ(response.status, 401U);
  const PageReader page(response.body);
  ExpectHarmless(page);
  EXPECT_NE(page.AttributeOf("unlock-token", "type"), nullptr);
}

TEST(Figures, AreShort) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1'234'567), "1,234,567");
  EXPECT_EQ(SecondsText(0.0000384), "38 µs");
  EXPECT_EQ(SecondsText(0.0012), "1.2 ms");
  EXPECT_EQ(SecondsText(0.9999), "1.0 s");
  EXPECT_EQ(SecondsText(std::nullopt), "–");
  EXPECT_EQ(BytesText(1'610'612'736), "1.5 GiB");
  EXPECT_EQ(BytesText(12), "12 B");
  EXPECT_EQ(PercentText(1, 3000), "<0.1 %");
  EXPECT_EQ(PercentText(2999, 3000), ">99.9 %");
  EXPECT_EQ(PercentText(1, 3), "33.3 %");
  EXPECT_EQ(PercentText(0, 0), "–");
}

TEST(Axis, HasRoundSteps) {
  for (const auto& [most, step, steps] :
       {std::tuple{0.0, 1.0, 4}, std::tuple{3.0, 1.0, 4}, std::tuple{5.0, 1.0, 5}, std::tuple{5.1, 2.0, 3},
        std::tuple{17.0, 5.0, 4}, std::tuple{21.0, 5.0, 5}, std::tuple{26.0, 10.0, 3}, std::tuple{41.0, 10.0, 5},
        std::tuple{100.0, 20.0, 5}, std::tuple{101.0, 50.0, 3}, std::tuple{790.0, 200.0, 4},
        std::tuple{1'000'001.0, 500'000.0, 3}}) {
    EXPECT_EQ(AxisFor(most), (Axis{step, steps})) << most;
  }
}

// A plot that is fetched anew every few seconds must not jump: an axis of 20 became one of 40 where one bar grew by
// one.
TEST(Axis, GrowsByASmallStepWhereTheNumbersGrowALittle) {
  for (double most = 5; most < 200'000; most = std::ceil(most * 1.01)) {
    const Axis before = AxisFor(most), after = AxisFor(std::ceil(most * 1.01));
    EXPECT_GE(before.end(), most);
    EXPECT_LE(after.end(), 1.51 * before.end()) << most;
    EXPECT_LE(before.end(), 1.51 * most + 1) << most << ": most of the plot would be empty";
  }
}

}  // namespace policyd::http::pages::pages_test
