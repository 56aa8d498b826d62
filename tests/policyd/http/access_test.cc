#include "policyd/http/access.h"

#include <string>

#include <gtest/gtest.h>

#include "policyd/http/admission.h"

namespace policyd::http::access_test {

using Time = WrongTokens::Time;

constexpr const char* kToken = "0123456789abcdef";

std::vector<Route> SomeRoutes() {
  const auto answer = [](const HttpRequest&) { return HttpResponse{}; };
  return {{.method = "GET", .path = "/", .answer = answer},
          {.method = "GET", .path = "/healthz", .access = Route::Access::kAnybody, .answer = answer},
          {.method = "GET", .path = "/api/v1/whitelist", .answer = answer},
          {.method = "POST", .path = "/api/v1/whitelist", .access = Route::Access::kChanger, .answer = answer},
          {.method = "GET", .path = "/api/v1/verdicts", .answer = answer},
          {.method = "GET", .path = "/api/v1/verdicts/", .answer = answer},
          {.method = "POST", .path = "/api/v1/audit/", .access = Route::Access::kChanger, .answer = answer}};
}

struct Asked {
  std::string method = "GET";
  std::string target = "/";
  const char* peer = "127.0.0.1";
  std::map<std::string, std::string, std::less<>> headers{{"host", "localhost"}};
  std::optional<std::string> token = kToken;
};

// "200 /path rest", or the status of the refusal.
std::string Admitted(const Asked& asked) {
  Admission admission(SomeRoutes(), {});
  HttpRequest request{.method = asked.method, .headers = asked.headers};
  if (*asked.peer) request.peer = rules::IpAddress::Parse(asked.peer);
  const auto got = admission.Admit({.hosts = {"mx.example"}, .token = asked.token}, asked.target, request, Time{});
  if (const auto* refusal = std::get_if<HttpResponse>(&got)) return std::to_string(refusal->status);
  return "200 " + std::get<const Route*>(got)->path + " " + request.rest;
}

struct Case {
  const char* name;
  Asked asked;
  const char* want;
};

class AdmissionTest : public testing::TestWithParam<Case> {};

TEST_P(AdmissionTest, IsARouteOrAnError) {
  EXPECT_EQ(Admitted(GetParam().asked), GetParam().want);
}

using Headers = decltype(Asked::headers);

Headers With(Headers headers) {
  headers.emplace("host", "localhost");
  return headers;
}
Headers WithToken(Headers headers = {}) {
  headers.emplace("authorization", std::string("Bearer ") + kToken);
  return With(std::move(headers));
}

constexpr const char* kList = "/api/v1/whitelist";
constexpr const char* kFar = "192.0.2.1";

INSTANTIATE_TEST_SUITE_P(
    Routes, AdmissionTest,
    testing::Values(Case{"root", {}, "200 / "},                                   //
                    Case{"root_is_only_itself", {.target = "/x"}, "404"},         //
                    Case{"exact", {.target = kList}, "200 /api/v1/whitelist "},   //
                    Case{"not_below", {.target = "/api/v1/whitelist/x"}, "404"},  //
                    Case{"the_longest_counts", {.target = "/api/v1/verdicts/A/B"}, "200 /api/v1/verdicts/ A/B"},
                    Case{"folder_itself", {.target = "/api/v1/verdicts/"}, "200 /api/v1/verdicts/ "},
                    Case{"shorter_one", {.target = "/api/v1/verdicts"}, "200 /api/v1/verdicts "},
                    Case{"head", {.method = "HEAD"}, "200 / "},                 //
                    Case{"wrong_method", {.method = "PUT"}, "405"},             //
                    Case{"method_in_small_letters", {.method = "get"}, "405"},  //
                    Case{"wrong_method_of_a_change", {.target = "/api/v1/audit/1/undo"}, "401"},
                    Case{"wrong_method_of_a_change_with_the_token",
                         {.target = "/api/v1/audit/1/undo", .headers = WithToken()},
                         "405"},
                    Case{"unreadable", {.target = "/%"}, "400"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Hosts, AdmissionTest,
    testing::Values(Case{"none", {.headers = {}}, "200 / "},                                           //
                    Case{"localhost_with_port", {.headers = {{"host", "LocalHost:9140"}}}, "200 / "},  //
                    Case{"ipv4", {.headers = {{"host", "192.0.2.7:9140"}}}, "200 / "},                 //
                    Case{"ipv6", {.headers = {{"host", "[2001:db8::7]:9140"}}}, "200 / "},             //
                    Case{"ipv6_without_port", {.headers = {{"host", "[::1]"}}}, "200 / "},             //
                    Case{"configured", {.headers = {{"host", "MX.example"}}}, "200 / "},               //
                    Case{"configured_with_port", {.headers = {{"host", "mx.example:80"}}}, "200 / "},  //
                    Case{"unknown", {.headers = {{"host", "evil.example"}}}, "421"},                   //
                    Case{"below_a_known_one", {.headers = {{"host", "a.mx.example"}}}, "421"},         //
                    Case{"begins_like_an_address", {.headers = {{"host", "127.0.0.1.evil.example"}}}, "421"},
                    Case{"ends_like_localhost", {.headers = {{"host", "evil.localhost"}}}, "421"},  //
                    Case{"twice", {.headers = {{"host", "localhost, evil.example"}}}, "421"},       //
                    Case{"half_a_bracket", {.headers = {{"host", "["}}}, "421"},                    //
                    Case{"unknown_at_a_unix_socket", {.peer = "", .headers = {{"host", "evil.example"}}}, "200 / "},
                    Case{"unknown_for_a_health_check",
                         {.target = "/healthz", .headers = {{"host", "evil.example"}}},
                         "200 /healthz "},
                    Case{"unknown_though_with_the_token",
                         {.headers = {{"host", "evil.example"}, {"authorization", "Bearer 0123456789abcdef"}}},
                         "421"}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Tokens, AdmissionTest,
    testing::Values(
        Case{"reads_on_loopback", {}, "200 / "},                                   //
        Case{"reads_on_another_loopback", {.peer = "127.9.9.9"}, "200 / "},        //
        Case{"reads_on_ipv6_loopback", {.peer = "::1"}, "200 / "},                 //
        Case{"reads_on_mapped_loopback", {.peer = "::ffff:127.0.0.1"}, "200 / "},  //
        Case{"reads_on_a_unix_socket", {.peer = ""}, "200 / "},                    //
        Case{"reads_from_afar", {.peer = kFar}, "401"},                            //
        Case{"reads_from_afar_without_a_configured_token", {.peer = kFar, .token = std::nullopt}, "401"},
        Case{"no_page_from_afar", {.target = "/x", .peer = kFar}, "401"},  //
        Case{"health_from_afar", {.target = "/healthz", .peer = kFar}, "200 /healthz "},
        Case{"reads_from_afar_with_the_token", {.peer = kFar, .headers = WithToken()}, "200 / "},
        Case{"passed_on_is_from_afar", {.headers = With({{"x-forwarded-for", "192.0.2.1"}})}, "401"},
        Case{"passed_on_though_it_says_nothing", {.headers = With({{"x-forwarded-for", ""}})}, "401"},
        Case{"passed_on_via_a_web_server", {.headers = With({{"via", "1.1 mx.example"}})}, "401"},
        Case{"passed_on_with_its_host", {.headers = With({{"x-forwarded-host", "mx.example"}})}, "401"},
        Case{"passed_on_with_its_scheme", {.headers = With({{"x-forwarded-proto", "https"}})}, "401"},
        Case{"passed_on_with_its_address", {.headers = With({{"x-real-ip", "192.0.2.1"}})}, "401"},
        Case{"passed_on_for_loopback", {.headers = With({{"x-forwarded-for", "127.0.0.1"}})}, "401"},
        Case{"passed_on_with_the_token", {.headers = WithToken({{"x-forwarded-for", "192.0.2.1"}})}, "200 / "},
        Case{"passed_on_to_a_unix_socket", {.peer = "", .headers = With({{"forwarded", "for=192.0.2.1"}})}, "401"},
        Case{"wrong_token_on_loopback", {.headers = With({{"authorization", "Bearer 0123456789abcdeF"}})}, "401"},
        Case{"shorter_token", {.peer = kFar, .headers = With({{"authorization", "Bearer 0123456789abcde"}})}, "401"},
        Case{"longer_token", {.peer = kFar, .headers = With({{"authorization", "Bearer 0123456789abcdef0"}})}, "401"},
        Case{"token_twice",
             {.peer = kFar, .headers = With({{"authorization", "Bearer 0123456789abcdef0123456789abcdef"}})},
             "401"},
        Case{"empty_token",
             {.peer = kFar, .headers = With({{"authorization", "Bearer "}}), .token = std::nullopt},
             "401"},
        Case{"other_scheme_is_no_token", {.headers = With({{"authorization", "Basic 0123456789abcdef"}})}, "200 / "},
        Case{"other_scheme_from_afar",
             {.peer = kFar, .headers = With({{"authorization", "Basic 0123456789abcdef"}})},
             "401"},
        Case{"scheme_in_small_letters",
             {.peer = kFar, .headers = With({{"authorization", "bearer 0123456789abcdef"}})},
             "200 / "},
        Case{"change_without_a_token", {.method = "POST", .target = kList}, "401"},
        Case{"change_at_a_unix_socket", {.method = "POST", .target = kList, .peer = ""}, "401"},
        Case{"change_without_a_configured_token",
             {.method = "POST", .target = kList, .headers = WithToken(), .token = std::nullopt},
             "401"},
        Case{"change_with_the_token",
             {.method = "POST", .target = kList, .headers = WithToken()},
             "200 /api/v1/whitelist "},
        Case{"change_from_the_same_page",
             {.method = "POST",
              .target = kList,
              .headers = WithToken({{"host", "localhost:9140"},
                                    {"origin", "http://localhost:9140"},
                                    {"sec-fetch-site", "same-origin"}})},
             "200 /api/v1/whitelist "},
        Case{"change_behind_tls",
             {.method = "POST", .target = kList, .headers = WithToken({{"origin", "https://localhost"}})},
             "200 /api/v1/whitelist "},
        Case{"change_from_another_page",
             {.method = "POST", .target = kList, .headers = WithToken({{"origin", "http://evil.example"}})},
             "403"},
        Case{"change_from_another_port",
             {.method = "POST", .target = kList, .headers = WithToken({{"origin", "http://localhost:81"}})},
             "403"},
        Case{"change_from_no_page",
             {.method = "POST", .target = kList, .headers = WithToken({{"origin", "null"}})},
             "403"},
        Case{"change_from_a_file", {.method = "POST", .target = kList, .headers = WithToken({{"origin", ""}})}, "403"},
        Case{"change_across_sites",
             {.method = "POST", .target = kList, .headers = WithToken({{"sec-fetch-site", "cross-site"}})},
             "403"},
        Case{"change_from_a_neighbour",
             {.method = "POST", .target = kList, .headers = WithToken({{"sec-fetch-site", "same-site"}})},
             "403"}),
    [](const auto& row) { return row.param.name; });

TEST(IsSameToken, ComparesAll) {
  EXPECT_TRUE(IsSameToken(kToken, kToken));
  for (std::size_t i = 0; i < 16; ++i) {
    std::string wrong = kToken;
    wrong[i] = 'x';
    EXPECT_FALSE(IsSameToken(wrong, kToken)) << wrong;
    EXPECT_FALSE(IsSameToken(std::string(kToken).substr(0, i), kToken)) << i;
  }
  EXPECT_FALSE(IsSameToken("", ""));
  EXPECT_FALSE(IsSameToken("x", ""));
}

TEST(PeerOf, IsTheNetworkOfAnIpv6Address) {
  const auto peer = [](const char* address) { return PeerOf(rules::IpAddress::Parse(address)); };
  EXPECT_EQ(peer("2001:db8::1"), peer("2001:db8::ffff:1"));
  EXPECT_NE(peer("2001:db8::1"), peer("2001:db8:0:1::1"));
  EXPECT_NE(peer("192.0.2.1"), peer("192.0.2.2"));
  EXPECT_EQ(PeerOf(std::nullopt), "");
}

// Of one visitor that sent too many wrong tokens, which others are locked out with it?
class LockOut : public testing::Test {
 protected:
  struct Visitor {
    const char* peer = "127.0.0.1";  // "": a UNIX socket
    const char* forwarded = nullptr;
  };

  unsigned Ask(const Visitor& visitor, const char* token = kToken) {
    HttpRequest request{.method = "GET", .headers = {{"host", "localhost"}}};
    if (*visitor.peer) request.peer = rules::IpAddress::Parse(visitor.peer);
    if (visitor.forwarded) request.headers.emplace("x-forwarded-for", visitor.forwarded);
    request.headers.emplace("authorization", std::string("Bearer ") + token);
    const auto got = admission_.Admit({.token = kToken}, "/", request, Time{});
    const auto* refusal = std::get_if<HttpResponse>(&got);
    return refusal ? refusal->status : 200;
  }
  void LockOutBy(const Visitor& visitor) {
    for (std::size_t i = 0; i < WrongTokens::kMostTries; ++i) Ask(visitor, "wrong");
    EXPECT_EQ(Ask(visitor), 429U);
  }

  std::vector<std::string> told_;
  Admission admission_{SomeRoutes(), [this](const HttpRequest& request) {
                         const auto visitor = VisitorBehind(request);
                         told_.push_back(visitor ? visitor->ToString() : "the peer");
                       }};
};

TEST_F(LockOut, OfAVisitorBehindAWebServerLeavesTheOthersAlone) {
  LockOutBy({.forwarded = "192.0.2.1"});
  EXPECT_EQ(Ask({.forwarded = "192.0.2.2"}), 200U);
  EXPECT_EQ(Ask({.peer = "", .forwarded = "192.0.2.2"}), 200U);
  EXPECT_EQ(Ask({}), 200U) << "who asks directly";
  EXPECT_EQ(Ask({.peer = "192.0.2.1"}), 200U) << "whatever stands in a header concerns no peer";
  EXPECT_EQ(told_, std::vector<std::string>{"192.0.2.1"});
}

// All but the last address a visitor can write itself.
TEST_F(LockOut, IsOfTheLastAddressAlone) {
  for (int i = 0; i < 10; ++i) Ask({.forwarded = (std::to_string(i) + ".0.0.1, 192.0.2.1").c_str()}, "wrong");
  EXPECT_EQ(Ask({.forwarded = "198.51.100.1, 192.0.2.1"}), 429U);
  EXPECT_EQ(Ask({.forwarded = "192.0.2.1, 198.51.100.1"}), 200U);
  EXPECT_EQ(Ask({.forwarded = "[2001:db8::1]:4711"}), 200U);
}

TEST_F(LockOut, IsNotChosenByWhoIsBehindNoWebServer) {
  for (int i = 0; i < 10; ++i) Ask({.peer = kFar, .forwarded = ("198.51.100." + std::to_string(i)).c_str()}, "wrong");
  EXPECT_EQ(Ask({.peer = kFar, .forwarded = "198.51.100.200"}), 429U);
  EXPECT_EQ(Ask({.peer = "192.0.2.77", .forwarded = "198.51.100.1"}), 200U);
  EXPECT_EQ(told_, std::vector<std::string>{"the peer"});
}

TEST_F(LockOut, CountsAnAddressThatIsNoneAsThePeer) {
  for (const char* none :
       {"", "unknown", "_hidden", "192.0.2.1,", "192.0.2.1, x", "::1::", "999.1.1.1", "a", "b", "c"}) {
    Ask({.forwarded = none}, "wrong");
  }
  EXPECT_EQ(Ask({.forwarded = "unknown"}), 429U);
  EXPECT_EQ(Ask({}), 429U);
  EXPECT_EQ(Ask({.forwarded = "192.0.2.1"}), 200U);
}

constexpr auto kMinute = WrongTokens::kWindow;

TEST(WrongTokens, LockTheirSenderForTheRestOfTheMinute) {
  WrongTokens wrong;
  const Time began{};
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(wrong.Add("a", began));
  EXPECT_EQ(wrong.WaitOf("a", began), std::nullopt);
  EXPECT_TRUE(wrong.Add("a", began + kMinute / 2));
  EXPECT_EQ(wrong.WaitOf("a", began + kMinute / 2), kMinute / 2);
  EXPECT_EQ(wrong.WaitOf("b", began + kMinute / 2), std::nullopt);
  EXPECT_EQ(wrong.WaitOf("a", began + kMinute), std::nullopt);
}

TEST(WrongTokens, AreCountedAnewAfterAMinute) {
  WrongTokens wrong;
  for (int i = 0; i < 9; ++i) wrong.Add("a", Time{});
  EXPECT_FALSE(wrong.Add("a", Time{} + kMinute));
  EXPECT_EQ(wrong.WaitOf("a", Time{} + kMinute), std::nullopt);
}

// However many addresses a stranger has.
TEST(WrongTokens, AreKeptOfABoundedNumberOfAddresses) {
  WrongTokens wrong;
  Time now{};
  for (std::size_t i = 0; i < 2 * WrongTokens::kMostPeers; ++i) {
    wrong.Add(std::to_string(i), now += std::chrono::milliseconds{1});
  }
  EXPECT_EQ(wrong.size(), WrongTokens::kMostPeers);
  wrong.Add("one more", now + kMinute);
  EXPECT_EQ(wrong.size(), 1U);
}

}  // namespace policyd::http::access_test
