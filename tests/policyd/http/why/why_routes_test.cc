#include "policyd/http/why/why_routes.h"

#include <time.h>

#include <algorithm>
#include <future>
#include <variant>

#include <gtest/gtest.h>

#include "policyd/admin/appeals/appeals.h"
#include "tests/support/config_values.h"
#include "tests/support/slow.h"
#include "tests/support/temp_directory.h"

namespace policyd::http::why::why_routes_test {

const rules::TimePoint kNow{rules::seconds{1'795'250'000}};

std::unique_ptr<cache::Stores> Open(const std::string& directory) {
  auto opened = cache::Stores::OpenForDaemon({.directory = directory, .max_size = std::uint64_t{64} << 20U});
  return std::move(std::get<std::unique_ptr<cache::Stores>>(opened));
}

cache::JournalRow Row(std::uint64_t code, std::string action = "defer") {
  cache::JournalRow row;
  row.reference = {code};
  row.first = kNow - rules::seconds{600};
  row.last = kNow - rules::seconds{60};
  row.client = *rules::IpAddress::Parse("192.0.2.1");
  row.reverse_dns = "no_ptr";
  row.helo = "mail.partner.example";
  row.sender = "ann@partner.example";
  row.recipient = "bob@our.example";
  row.action = std::move(action);
  row.reason = "no_ptr";
  row.mode = "enforce";
  row.score = "4";
  row.signals = "no_ptr:4";
  row.reply = "DEFER_IF_PERMIT 4.7.1 Access denied.";
  return row;
}

class WhyRoutesTest : public testing::Test {
 protected:
  void SetUp() override {
    Configure("why.requests = true\nwhy.url = \"https://mx.our.example/why\"\n");
    for (std::uint64_t code = 1; code <= 30; ++code) Keep(Row(code));
  }

  void Configure(const std::string& text) {
    config_ = std::make_shared<const config::Config>(support::ParseOrDie(text));
  }

  void Keep(const cache::JournalRow& row) {
    auto transaction = cache::WriteTransaction::Begin(stores_->records_environment());
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(stores_->journal().Add(**transaction, row));
    ASSERT_TRUE((*transaction)->Commit());
  }

  // As the Writer does it.
  bool Write(const cache::RecordWrite& write) {
    if (!takes_writes_) return false;
    auto transaction = cache::WriteTransaction::Begin(stores_->records_environment());
    EXPECT_TRUE(transaction);
    EXPECT_TRUE(stores_->appeals().Add(**transaction, *write.appeal, {}));
    EXPECT_TRUE((*transaction)->Commit());
    write.told->set_value(true);
    return true;
  }

  // From 203.0.113.1 unless it is said otherwise, through a web server on this machine.
  HttpResponse Ask(std::string method, std::string rest, std::map<std::string, std::string, std::less<>> headers = {},
                   std::string body = {}) {
    HttpRequest request{.method = std::move(method), .path = "/why/" + rest, .rest = std::move(rest)};
    request.peer = rules::IpAddress::Parse("127.0.0.1");
    request.headers = std::move(headers);
    request.headers.emplace("x-forwarded-for", "203.0.113.1");
    if (request.method == "POST") request.headers.emplace("content-type", "application/x-www-form-urlencoded");
    request.body = std::move(body);
    const auto route = std::find_if(routes_.begin(), routes_.end(), [&](const Route& one) {
      return one.method == request.method && one.path == "/why/";
    });
    return route->answer(request);
  }
  HttpResponse Get(std::string rest, std::map<std::string, std::string, std::less<>> headers = {}) {
    return Ask("GET", std::move(rest), std::move(headers));
  }
  HttpResponse Post(std::uint64_t code, std::string text,
                    std::map<std::string, std::string, std::less<>> headers = {}) {
    return Ask("POST", rules::Reference{code}.ToString(), std::move(headers), "text=" + text);
  }
  std::vector<admin::Appeal> Requests() { return admin::FindAppeals(*stores_, true, now_); }

  const support::TempDirectory directory_;
  std::unique_ptr<cache::Stores> stores_ = Open(directory_.path());
  std::shared_ptr<const config::Config> config_;
  rules::TimePoint now_ = kNow;
  bool takes_writes_ = true;
  std::vector<cache::AppealRow> told_;
  std::vector<Route> routes_ = WhyRoutes({.stores = *stores_,
                                          .config = [this] { return config_; },
                                          .now = [this] { return now_; },
                                          .record = [this](const cache::RecordWrite& write) { return Write(write); },
                                          .appealed = [this](const cache::AppealRow& row) { told_.push_back(row); }});
};

const std::string kKnown = rules::Reference{1}.ToString();
const std::string kUnknown = rules::Reference{999}.ToString();

TEST_F(WhyRoutesTest, ShowsWhatIsKnownInTheReadersLanguage) {
  EXPECT_EQ(Get(kKnown).status, 200U);
  EXPECT_NE(Get(kKnown).body.find("has no reverse DNS name"), std::string::npos);
  const HttpResponse japanese = Get(kKnown, {{"accept-language", "ja,en-US;q=0.8"}});
  EXPECT_NE(japanese.body.find("逆引きが設定されていません"), std::string::npos);
  const std::pair<std::string, std::string> language{"Content-Language", "ja"};
  EXPECT_NE(std::find(japanese.headers.begin(), japanese.headers.end(), language), japanese.headers.end());
}

TEST_F(WhyRoutesTest, TakesAReferenceAsItIsCopied) {
  std::string lower = kKnown;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(tolower(c)); });
  for (const std::string& text : {lower, kKnown + ")", kKnown + ".", kKnown + "/" + kKnown}) {
    EXPECT_EQ(Get(text).status, 200U) << text;
  }
}

// What is not known, what is none, and what the sender must not know.
TEST_F(WhyRoutesTest, UnknownReferencesAreAllAlike) {
  std::uint64_t code = 100;
  for (const char* action : {"pass", "tag", "hold", "discard"}) Keep(Row(code++, action));
  const HttpResponse want = Get(kUnknown);
  EXPECT_EQ(want.status, 404U);
  for (const std::string& text :
       {rules::Reference{100}.ToString(), rules::Reference{101}.ToString(), rules::Reference{102}.ToString(),
        rules::Reference{103}.ToString(), std::string("AAAAA-AAAAA"), std::string("x"), std::string("<script>"),
        std::string(300, 'A'), std::string("../../etc/passwd")}) {
    const HttpResponse got = Get(text);
    EXPECT_EQ(got.status, want.status) << text;
    EXPECT_EQ(got.headers, want.headers) << text;
    if (text.find('/') == std::string::npos) {
      EXPECT_EQ(got.body, want.body) << text;
    }
    EXPECT_EQ(Ask("POST", text, {}, "text=x").body, got.body) << text;
  }
  EXPECT_TRUE(Requests().empty());
}

TEST_F(WhyRoutesTest, ANetworkHasThirtyWrongTriesAnHour) {
  for (int i = 0; i < 50; ++i) ASSERT_EQ(Get(kKnown).status, 200U) << "a right one is no try";
  for (std::uint64_t code = 0; code < 30; ++code) {
    ASSERT_EQ(Get(rules::Reference{1000 + code}.ToString()).status, 404U) << code;
  }
  EXPECT_EQ(Get(kUnknown).status, 429U);
  EXPECT_EQ(Get(kKnown).status, 429U) << "else trying on would pay";
  EXPECT_EQ(Get(kKnown).body, Get(kUnknown).body);
  EXPECT_EQ(Post(1, "x").status, 429U);
  EXPECT_EQ(Get(kKnown, {{"x-forwarded-for", "203.0.113.2"}}).status, 200U) << "another address";
  EXPECT_EQ(Get(kKnown, {{"x-forwarded-for", "203.0.113.77, 203.0.113.1"}}).status, 429U) << "whatever it says it is";
  now_ += rules::seconds{3600};
  EXPECT_EQ(Get(kKnown).status, 200U);
}

std::int64_t ProcessorNanoseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

// Processor time, not the clock's, and medians: other processes do not count.
TEST_F(WhyRoutesTest, AWrongReferenceIsAsMuchWorkAsARightOne) {
  constexpr int kRounds = 201;
  constexpr double kAllowed = support::kSlow == 1 ? 0.3 : 0.6;  // a sanitizer adds to some steps more than to others
  std::vector<std::int64_t> right, wrong, none;
  const auto measure = [&](std::vector<std::int64_t>& times, const std::string& text, int round) {
    const std::string visitor = "10." + std::to_string(round % 250) + "." + std::to_string(times.size() % 250) + ".1";
    const std::int64_t began = ProcessorNanoseconds();
    Get(text, {{"x-forwarded-for", visitor}});
    times.push_back(ProcessorNanoseconds() - began);
  };
  for (int round = 0; round < kRounds; ++round) {
    measure(right, rules::Reference{1 + static_cast<std::uint64_t>(round) % 30}.ToString(), round);
    measure(wrong, rules::Reference{5000 + static_cast<std::uint64_t>(round)}.ToString(), round);
    measure(none, "AAAAA-AAAAA", round);
  }
  const auto median = [](std::vector<std::int64_t> times) {
    std::nth_element(times.begin(), times.begin() + kRounds / 2, times.end());
    return static_cast<double>(times[kRounds / 2]);
  };
  EXPECT_NEAR(median(wrong) / median(right), 1.0, kAllowed) << median(wrong) << " ns, " << median(right) << " ns";
  EXPECT_NEAR(median(none) / median(right), 1.0, kAllowed) << median(none) << " ns, " << median(right) << " ns";
}

TEST_F(WhyRoutesTest, KeepsARequestAndTells) {
  const HttpResponse response = Post(1, "We+are+a+school.%0D%0A%E5%AD%A6%E6%A0%A1%1B%5B31m%E2%80%AE");
  EXPECT_EQ(response.status, 200U);
  EXPECT_NE(response.body.find("We have received your request"), std::string::npos);
  const auto requests = Requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].row.reference, rules::Reference{1});
  EXPECT_EQ(requests[0].row.text, "We are a school. 学校[31m")
      << "what moves a cursor or changes direction is left out";
  EXPECT_EQ(requests[0].row.asker, "203.0.113.0/24");
  EXPECT_EQ(requests[0].row.client.ToString(), "192.0.2.1");
  EXPECT_EQ(requests[0].row.turned_away, Row(1).first);
  EXPECT_EQ(requests[0].row.state, cache::AppealState::kWaiting);
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0], requests[0].row);
  EXPECT_EQ(Get(kKnown).body.find("<textarea"), std::string::npos) << "one request a reference";
}

TEST_F(WhyRoutesTest, OneRequestAReference) {
  EXPECT_EQ(Post(1, "first").status, 200U);
  EXPECT_EQ(Post(1, "second", {{"x-forwarded-for", "198.51.100.1"}}).status, 409U);
  ASSERT_EQ(Requests().size(), 1U);
  EXPECT_EQ(Requests()[0].row.text, "first");
}

TEST_F(WhyRoutesTest, TwentyRequestsADayOfANetwork) {
  for (std::uint64_t code = 1; code <= 20; ++code) {
    const std::string visitor = "203.0.113." + std::to_string(code);
    ASSERT_EQ(Post(code, "x", {{"x-forwarded-for", visitor}}).status, 200U) << code;
  }
  const HttpResponse response = Post(21, "x");
  EXPECT_EQ(response.status, 429U);
  EXPECT_NE(response.body.find("Too many requests came from your network today"), std::string::npos);
  EXPECT_EQ(Post(21, "x", {{"x-forwarded-for", "2001:db8::1"}}).status, 200U);
  EXPECT_EQ(Requests().size(), 21U);
}

TEST_F(WhyRoutesTest, ChangesNothingForAPageOfAnotherOrigin) {
  EXPECT_EQ(Post(1, "x", {{"sec-fetch-site", "cross-site"}}).status, 403U);
  EXPECT_EQ(Post(1, "x", {{"origin", "https://evil.example"}}).status, 403U);
  EXPECT_EQ(Post(1, "x", {{"content-type", "text/plain"}}).status, 403U);
  EXPECT_TRUE(Requests().empty());
  EXPECT_EQ(Post(1, "x", {{"origin", "https://mx.our.example"}, {"sec-fetch-site", "same-origin"}}).status, 200U);
}

TEST_F(WhyRoutesTest, TakesNoRequestsUnlessTheyAreWanted) {
  Configure("");
  EXPECT_EQ(Get(kKnown).body.find("<textarea"), std::string::npos);
  EXPECT_EQ(Post(1, "x").status, 404U);
  EXPECT_TRUE(Requests().empty());
}

TEST_F(WhyRoutesTest, SaysThatARequestWasNotKept) {
  takes_writes_ = false;
  const HttpResponse response = Post(1, "x");
  EXPECT_EQ(response.status, 503U);
  EXPECT_NE(response.body.find("could not be kept"), std::string::npos);
}

// Marks without end cover what stands above and below; no language puts many on a letter.
TEST(AppealText, HasFewMarksOnALetter) {
  const std::string acute = "\xcc\x81", tibetan = "\xe0\xbd\xb1", thai = "\xe0\xb9\x89", enclosing = "\xe2\x83\x9d";
  for (const std::string& mark : {acute, tibetan, thai, enclosing}) {
    std::string many;
    for (int i = 0; i < 200; ++i) many += mark;
    EXPECT_EQ(admin::AppealText("a" + many + "b" + many),
              "a" + mark + mark + mark + mark + "b" + mark + mark + mark + mark);
    EXPECT_EQ(admin::AppealText(many), "") << "on nothing";
    EXPECT_EQ(admin::AppealText("a " + many + "b"), "a b");
  }
  const std::string hindi = "\xe0\xa4\x95\xe0\xa5\x8d\xe0\xa4\xb7\xe0\xa4\xbf";
  EXPECT_EQ(admin::AppealText(hindi), hindi) << "what languages write stays";
}

TEST(AppealText, OfBlanksIsEmpty) {
  for (const char* blank :
       {"\xe2\xa0\x80", "\xc2\xa0", "\xe3\x80\x80", "\xe2\x80\x83", "\xe2\x80\xaf", "\xe1\x9a\x80"}) {
    EXPECT_EQ(admin::AppealText(std::string(blank) + blank), "");
    EXPECT_EQ(admin::AppealText(std::string("a") + blank + blank + "b" + blank), "a b");
  }
}

TEST(AppealText, IsCountedInCharactersOfUnicode) {
  std::string long_text;
  for (int i = 0; i < 400; ++i) long_text += "学";
  EXPECT_EQ(admin::AppealText(long_text).size(), 3U * 300U);
  EXPECT_EQ(admin::AppealText(std::string(400, 'x')).size(), 300U);
  EXPECT_EQ(admin::AppealText("  a\t\r\n b \n"), "a b");
  EXPECT_EQ(admin::AppealText("a\x1b\x07\x7f\xc2\x9b"
                              "b\xff\xe2\x80\xae\xe2\x81\xa6\xef\xbb\xbf"),
            "ab");
  EXPECT_EQ(admin::AppealText(std::string("a\0b", 3)), "ab");
  EXPECT_EQ(admin::AppealText(""), "");
  const std::string invisible(3000, '\x01');
  EXPECT_EQ(admin::AppealText(invisible + "seen"), "seen") << "what is left out does not count";
}

}  // namespace policyd::http::why::why_routes_test
