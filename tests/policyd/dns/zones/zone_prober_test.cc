#include "policyd/dns/zones/zone_prober.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "policyd/dns/resolver.h"
#include "policyd/dns/zones/zone_reasons.h"
#include "tests/support/fake_name_server.h"

namespace policyd::dns::zone_prober_test {

using rules::IpAddress;
using rules::seconds;
using rules::ZoneFamily;
using rules::ZoneState;
using std::chrono::milliseconds;
using support::AddressRecord;

constexpr const char* kV6Point = "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";

config::Config ConfigOf(const std::string& dnsbl) {
  auto parsed = config::ParseConfig("test.toml", "[dnsbl]\n" + dnsbl);
  if (const auto* errors = std::get_if<config::ConfigErrors>(&parsed)) {
    ADD_FAILURE() << errors->front();
    return {};
  }
  return std::get<config::Config>(std::move(parsed));
}

// The loop is turned by the test; the wall clock stands still unless the test moves it.
class ZoneProberTest : public testing::Test {
 protected:
  void Start(const std::string& dnsbl, std::vector<cache::ZoneStateRow> remembered = {}) {
    tests_ = std::make_unique<ZoneProber>(loop_.get(), resolver_, std::move(remembered),
                                          ZoneProber::Events{.now = [this] { return now_; },
                                                             .changed = [this] { ++changes_; },
                                                             .report =
                                                                 [this](const cache::ZoneStateRow& row, ZoneState was) {
                                                                   reports_.push_back(row);
                                                                   if (row.state != was) log_.push_back(row);
                                                                 }});
    tests_->SetZones(ProbedZones(ConfigOf(dnsbl)));
  }
  // Turns the loop until so many tests were reported.
  void WaitFor(std::size_t reports) {
    const auto end = std::chrono::steady_clock::now() + seconds{20};
    while (reports_.size() < reports && std::chrono::steady_clock::now() < end) uv_run(loop_.get(), UV_RUN_ONCE);
    ASSERT_GE(reports_.size(), reports);
  }
  ZoneState StateOf(const std::string& zone, ZoneFamily family = ZoneFamily::kIpv4) {
    return tests_->health().at(zone)[family];
  }
  std::string ReasonOf(const std::string& shown) {
    const auto row = std::find_if(reports_.rbegin(), reports_.rend(), [&](const auto& one) {
      return one.shown == shown && one.family != ZoneFamily::kIpv6;
    });
    return row == reports_.rend() ? "" : ZoneReasonText(row->reason);
  }
  void List(const std::string& zone) { server_.Add(AddressRecord("2.0.0.127." + zone, "127.0.0.2")); }

  support::FakeNameServer server_;
  runtime::Loop loop_;
  Resolver resolver_{
      loop_.get(), {.servers = {server_.endpoint()}, .timeout = milliseconds(200), .tries = 1, .lifetime = {}}, {}};
  rules::TimePoint now_{seconds{1'795'250'000}};
  int changes_ = 0;
  std::vector<cache::ZoneStateRow> reports_, log_;
  std::unique_ptr<ZoneProber> tests_;
};

TEST_F(ZoneProberTest, ASoundListIsHealthyAndIsNotAskedForIpv6WithoutAPoint) {
  List("zen.example");
  Start("sites = [\"zen.example=127.0.0.[10..11]*8\"]");
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kUnknown);
  WaitFor(2);
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kHealthy) << "any listing will do, whatever the filter";
  EXPECT_FALSE(tests_->health().at("zen.example").lists_ipv6);
  EXPECT_EQ(server_.questions("2.0.0.127.zen.example"), 1U);
  EXPECT_EQ(server_.questions("1.0.0.127.zen.example"), 1U);
  EXPECT_EQ(server_.questions("192.zen.example") + server_.questions("193.zen.example") +
                server_.questions("198.zen.example") + server_.questions("199.zen.example") +
                server_.questions("202.zen.example"),
            1U)
      << "a random address";
  EXPECT_EQ(server_.questions("2.0.192.zen.example"), 0U) << "bogon lists list it";
  EXPECT_EQ(log_.size(), 2U) << "one line a change";
}

TEST_F(ZoneProberTest, Ipv6IsTestedByItsOwnPoints) {
  List("zen.example");
  server_.Add(AddressRecord(std::string(kV6Point) + ".zen.example", "127.0.0.2"));
  Start("sites = [\"zen.example*8\"]");
  WaitFor(2);
  EXPECT_TRUE(tests_->health().at("zen.example").lists_ipv6);
  EXPECT_EQ(StateOf("zen.example", ZoneFamily::kIpv6), ZoneState::kHealthy);
}

TEST_F(ZoneProberTest, AListThatListsTheWorldIsQuarantined) {
  List("world.example");
  server_.Add(AddressRecord("1.0.0.127.world.example", "127.0.0.2"));
  Start("sites = [\"world.example*8\"]");
  WaitFor(2);
  EXPECT_EQ(StateOf("world.example"), ZoneState::kQuarantined);
  EXPECT_NE(ReasonOf("world.example").find("127.0.0.1"), std::string::npos) << ReasonOf("world.example");
}

struct PointCase {
  const char* name;
  const char* settings;
  const char* listed;
  ZoneFamily family;
  const char* zone;
};

class PointTest : public ZoneProberTest, public testing::WithParamInterface<PointCase> {};

TEST_P(PointTest, ItsOwnPointIsEnough) {
  server_.Add(AddressRecord(GetParam().listed, "127.0.1.2"));
  Start(GetParam().settings);
  WaitFor(GetParam().family == ZoneFamily::kNames ? 1 : 2);
  EXPECT_EQ(StateOf(GetParam().zone, GetParam().family), ZoneState::kHealthy);
}

INSTANTIATE_TEST_SUITE_P(
    Points, PointTest,
    testing::Values(PointCase{"name_list", "name_sites = [\"names.example\"]", "test.names.example", ZoneFamily::kNames,
                              "names.example"},
                    PointCase{"dbl", "name_sites = [\"dbl.spamhaus.org\"]", "dbltest.com.dbl.spamhaus.org",
                              ZoneFamily::kNames, "dbl.spamhaus.org"},
                    PointCase{"dbl_with_a_key", "name_sites = [\"abc.dbl.dq.spamhaus.net\"]",
                              "dbltest.com.abc.dbl.dq.spamhaus.net", ZoneFamily::kNames, "abc.dbl.dq.spamhaus.net"},
                    PointCase{
                        "set_for_a_zone",
                        "sites = [\"own.example\"]\n"
                        "test_points = { \"own.example\" = { must = [\"192.0.2.7\"], must_not = [\"192.0.2.8\"] } }",
                        "7.2.0.192.own.example", ZoneFamily::kIpv4, "own.example"},
                    PointCase{"set_for_a_name_list",
                              "name_sites = [\"own.example\"]\n"
                              "test_points = { \"own.example\" = { must = [\"bad.example\"] } }",
                              "bad.example.own.example", ZoneFamily::kNames, "own.example"}),
    [](const auto& row) { return row.param.name; });

TEST_F(ZoneProberTest, SilenceOfAllListsIsTheResolversDoing) {
  Start(
      "sites = [\"a.example*8\", \"b.example*8\", \"plain.example*8\"]\nname_sites = [\"c.example*3\"]\n"
      "no_test_point = [\"plain.example\"]");
  WaitFor(5);
  EXPECT_EQ(StateOf("a.example"), ZoneState::kQuarantined);
  const auto last =
      std::find_if(reports_.rbegin(), reports_.rend(), [](const auto& row) { return row.family != ZoneFamily::kIpv6; });
  EXPECT_EQ(last->reason, ZoneReason("all_silent"));
  List("a.example");
  now_ += seconds{700};
  tests_->Tick();
  WaitFor(10);
  EXPECT_EQ(StateOf("a.example"), ZoneState::kHealthy);
  EXPECT_EQ(ReasonOf("b.example").find("no list lists"), std::string::npos) << "one that answers clears the resolver";
}

TEST_F(ZoneProberTest, SilenceOfOneListMayBeItsEnd) {
  Start("sites = [\"a.example*8\"]");
  WaitFor(2);
  EXPECT_NE(ReasonOf("a.example").find("it has ended, or the resolver drops"), std::string::npos);
}

TEST(ProbedZones, OwnPointsThatMustNotBeListedAreAsked) {
  const auto zones = ProbedZones(ConfigOf("sites = [\"bogons.cymru.com*8\", \"zen.example*8\"]"));
  EXPECT_EQ(zones[0].must_not, std::vector<std::string>{"198.41.0.4"});
  EXPECT_FALSE(zones[0].adds_random) << "of what it lists nobody knows more";
  EXPECT_FALSE(zones[1].is_asked) << "no IPv6";
  EXPECT_TRUE(zones[2].adds_random);
}

TEST_F(ZoneProberTest, OnlyTheListIsDeadWhileTheServerAnswersOthers) {
  List("zen.example");
  server_.SetFault({.kind = support::Fault::Kind::kRcode, .rcode = 2}, "gone.example");
  server_.SetFault({.kind = support::Fault::Kind::kRcode, .rcode = 5}, "strict.example");
  Start("sites = [\"zen.example*8\", \"gone.example*8\", \"strict.example*8\"]");
  WaitFor(6);
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kHealthy);
  EXPECT_EQ(StateOf("gone.example"), ZoneState::kDead);
  EXPECT_EQ(StateOf("strict.example"), ZoneState::kRefused);
}

TEST_F(ZoneProberTest, WithoutDnsTheStateOfBeforeTheRestartHolds) {
  server_.SetFault({.kind = support::Fault::Kind::kDrop});
  Start("sites = [\"zen.example*8\"]", {{.shown = "zen.example",
                                         .family = ZoneFamily::kIpv4,
                                         .state = ZoneState::kHealthy,
                                         .reason = {},
                                         .tested = {}}});
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kHealthy);
  WaitFor(2);
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kHealthy);
  EXPECT_TRUE(log_.empty());
}

TEST_F(ZoneProberTest, IsTestedAgainWhenItsTimeHasCome) {
  List("zen.example");
  Start("sites = [\"zen.example*8\"]");
  WaitFor(2);
  server_.Remove("2.0.0.127.zen.example");
  now_ += seconds{539};
  tests_->Tick();
  EXPECT_EQ(server_.questions("2.0.0.127.zen.example"), 1U);
  now_ += seconds{122};
  tests_->Tick();
  WaitFor(4);
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kQuarantined);
}

TEST_F(ZoneProberTest, WithoutATestPointNothingIsAsked) {
  Start("sites = [\"plain.example*8\"]\nno_test_point = [\"plain.example\"]");
  tests_->Tick();
  uv_run(loop_.get(), UV_RUN_NOWAIT);
  EXPECT_EQ(StateOf("plain.example"), ZoneState::kUnchecked);
  EXPECT_TRUE(tests_->health().at("plain.example").lists_ipv6);
  EXPECT_EQ(server_.questions(), 0U);
}

TEST_F(ZoneProberTest, AKeyIsInNothingButTheQuestion) {
  constexpr const char* kKey = "abcdefghijklmnopqrstuvwx12";
  Start(std::string("sites = [\"") + kKey + ".zen.dq.spamhaus.net*8\"]");
  WaitFor(2);
  EXPECT_GE(server_.questions(std::string("2.0.0.127.") + kKey + ".zen.dq.spamhaus.net"), 1U);
  for (const auto& row : reports_) {
    EXPECT_EQ(row.shown, "zen.dq.spamhaus.net");
    ASSERT_TRUE(row.reason) << "it lists nothing";
    const std::string kept = rules::ToLine(*row.reason) + ZoneReasonText(row.reason);
    EXPECT_EQ(kept.find(kKey), std::string::npos) << kept;
  }
}

// Each in a /16 of its own: one network is one witness.
IpAddress Host(std::uint8_t number) {
  const std::uint8_t bytes[] = {192, number, 0, 2};
  return IpAddress::FromBytes(bytes);
}

CleanClient Clean(const IpAddress& client, rules::TimePoint seen, std::vector<std::string> absent = {"zen.example"}) {
  return {.client = client, .seen = seen, .testimony = {.is_vouched_for = false, .absent = std::move(absent)}};
}

CleanClient Vouched(const IpAddress& client, rules::TimePoint seen) {
  return {.client = client, .seen = seen, .testimony = {.is_vouched_for = true, .absent = {}}};
}

TEST_F(ZoneProberTest, LongCleanClientsThatAreListedQuarantine) {
  List("zen.example");
  List("wl.example");
  Start("sites = [\"zen.example=127.0.0.2*8\", \"zen.example=127.0.0.1*-2\", \"wl.example*-4\"]");
  WaitFor(4);
  const auto answer_all = [&](const char* zone, const char* record) {
    Answer listed{.reply = {.status = DnsReply::Status::kPresent}, .was_sent = true};
    listed.reply.addresses.push_back(*IpAddress::Parse(record));
    for (std::uint8_t i = 0; i < 20; ++i) tests_->Answered(Host(i), rules::Question::List(zone), listed);
  };
  const auto see_all = [&](const std::vector<std::string>& absent) {
    for (std::uint8_t i = 0; i < 20; ++i) tests_->SawClean(Clean(Host(i), now_, absent));
  };
  see_all({"zen.example", "wl.example"});
  answer_all("zen.example", "127.0.0.2");
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kHealthy) << "clean since a moment: an attacker's clients are too";
  now_ += seconds{86400};
  answer_all("zen.example", "127.0.0.2");
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kHealthy) << "clean on one day only";
  see_all({"wl.example"});
  answer_all("zen.example", "127.0.0.2");
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kHealthy) << "this list was not asked then";
  see_all({"zen.example"});
  answer_all("wl.example", "127.0.0.2");
  EXPECT_EQ(StateOf("wl.example"), ZoneState::kHealthy) << "an allow list names most of them";
  answer_all("zen.example", "127.0.0.1");
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kHealthy) << "its code for good ones";
  answer_all("zen.example", "127.0.0.2");
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kQuarantined);
}

TEST_F(ZoneProberTest, AsksAboutAWhitelistedClientOnceADay) {
  List("zen.example");
  List("other.example");
  Start("sites = [\"zen.example*8\", \"other.example*8\", \"plain.example*8\"]\nno_test_point = [\"plain.example\"]");
  WaitFor(4);
  for (std::uint8_t i = 1; i <= 20; ++i) {
    server_.Add(AddressRecord("2.0." + std::to_string(i) + ".192.zen.example", "127.0.0.4"));
    server_.Add(AddressRecord("2.0." + std::to_string(i) + ".192.other.example", "127.255.255.254"));
    tests_->SawClean(Vouched(Host(i), now_));
    tests_->SawClean(Vouched(Host(i), now_));
  }
  WaitFor(5);
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kQuarantined);
  EXPECT_EQ(StateOf("other.example"), ZoneState::kHealthy) << "an error is no listing";
  EXPECT_EQ(server_.questions("2.0.1.192.zen.example"), 1U);
  EXPECT_EQ(server_.questions("2.0.1.192.plain.example"), 1U) << "it can be quarantined by hits, too";
  tests_->SawClean(Clean(Host(21), now_));
  now_ += seconds{86400};
  tests_->SawClean(Vouched(Host(1), now_));
  while (server_.questions("2.0.1.192.other.example") < 2) uv_run(loop_.get(), UV_RUN_ONCE);
  EXPECT_EQ(server_.questions("2.0.21.192.other.example"), 0U) << "what DNS is asked anyway";
}

// Five in each /16, each in a /24 of its own.
IpAddress Tenth(unsigned number) {
  const unsigned wide = number / 5;
  const std::uint8_t bytes[] = {static_cast<std::uint8_t>(10 + (wide >> 8)), static_cast<std::uint8_t>(wide),
                                static_cast<std::uint8_t>(number % 5), 1};
  return IpAddress::FromBytes(bytes);
}

TEST_F(ZoneProberTest, NoListIsAskedAboutMoreThanAThousandWhitelistedClientsADay) {
  Start("sites = [\"plain.example*8\"]\nno_test_point = [\"plain.example\"]");
  const auto see = [this](unsigned from, unsigned to) {
    for (unsigned i = from; i < to; ++i) tests_->SawClean(Vouched(Tenth(i), now_));
  };
  see(0, 1500);
  see(0, 1500);
  while (server_.questions() < 1000) uv_run(loop_.get(), UV_RUN_ONCE);
  now_ += seconds{86400};
  see(1499, 1500);
  while (server_.questions("1.4.43.11.plain.example") == 0) uv_run(loop_.get(), UV_RUN_ONCE);
  EXPECT_EQ(server_.questions(), 1001U);
}

TEST_F(ZoneProberTest, ThoseLongKnownToBeCleanStayWhereMoreComeThanAreKept) {
  List("zen.example");
  Start("sites = [\"zen.example*8\"]");
  WaitFor(2);
  for (std::uint8_t i = 0; i < 20; ++i) tests_->SawClean(Clean(Host(i), now_));
  for (unsigned i = 0; i < 10'001; ++i) tests_->SawClean(Clean(Tenth(i), now_));
  now_ += seconds{86400};
  for (std::uint8_t i = 0; i < 20; ++i) tests_->SawClean(Clean(Host(i), now_));
  Answer listed{.reply = {.status = DnsReply::Status::kPresent}, .was_sent = true};
  listed.reply.addresses.push_back(*IpAddress::Parse("127.0.0.2"));
  for (std::uint8_t i = 0; i < 20; ++i) tests_->Answered(Host(i), rules::Question::List("zen.example"), listed);
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kQuarantined);
}

TEST_F(ZoneProberTest, WhoWasNotSeenForThreeDaysMakesRoomForNewCleanClients) {
  List("zen.example");
  Start("sites = [\"zen.example*8\"]");
  WaitFor(2);
  for (unsigned i = 0; i < 10'000; ++i) tests_->SawClean(Clean(Tenth(i), now_));
  now_ += seconds{3 * 86400};
  for (int day = 0; day < 2; ++day) {
    for (std::uint8_t i = 0; i < 20; ++i) tests_->SawClean(Clean(Host(i), now_));
    now_ += seconds{86400};
  }
  Answer listed{.reply = {.status = DnsReply::Status::kPresent}, .was_sent = true};
  listed.reply.addresses.push_back(*IpAddress::Parse("127.0.0.2"));
  for (std::uint8_t i = 0; i < 20; ++i) tests_->Answered(Host(i), rules::Question::List("zen.example"), listed);
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kQuarantined);
}

TEST_F(ZoneProberTest, ItIsTheNetworkThatIsSlowWhileNobodyAnswers) {
  List("zen.example");
  Start("sites = [\"zen.example*8\"]");
  WaitFor(2);
  const auto time_outs = [&](bool server_answers_others) {
    const Answer none{.reply = {}, .was_sent = true, .server_answers_others = server_answers_others};
    for (int i = 0; i < 10; ++i) tests_->Answered(Host(1), rules::Question::List("zen.example"), none);
  };
  now_ += seconds{60};
  time_outs(false);
  tests_->Tick();
  EXPECT_EQ(reports_.size(), 2U) << "no test was brought forward";
  time_outs(true);
  server_.SetFault({.kind = support::Fault::Kind::kDrop}, "zen.example");
  tests_->Tick();
  WaitFor(3);
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kSlow)
      << "its test was not answered while the server answered its probe";
}

TEST_F(ZoneProberTest, TimeOutsOfClientsDoNotSwitchAListOffThatAnswersItsTest) {
  List("zen.example");
  Start("sites = [\"zen.example*8\", \"plain.example*8\"]\nno_test_point = [\"plain.example\"]");
  WaitFor(2);
  now_ += seconds{60};
  for (const char* zone : {"zen.example", "plain.example"}) {
    const Answer none{.reply = {}, .was_sent = true, .server_answers_others = true};
    for (int i = 0; i < 100; ++i) tests_->Answered(Host(1), rules::Question::List(zone), none);
  }
  tests_->Tick();
  WaitFor(3);
  while (server_.questions("1.0.0.127.plain.example") == 0) uv_run(loop_.get(), UV_RUN_ONCE);
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kHealthy);
  EXPECT_EQ(StateOf("plain.example"), ZoneState::kUnchecked);
}

TEST_F(ZoneProberTest, AListWithoutATestPointIsSlowWhereItDoesNotAnswerWhatWeAsk) {
  server_.SetFault({.kind = support::Fault::Kind::kDrop}, "plain.example");
  Start("sites = [\"plain.example*8\"]\nno_test_point = [\"plain.example\"]");
  const Answer none{.reply = {}, .was_sent = true, .server_answers_others = true};
  for (int i = 0; i < 10; ++i) tests_->Answered(Host(1), rules::Question::List("plain.example"), none);
  tests_->Tick();
  WaitFor(1);
  EXPECT_EQ(StateOf("plain.example"), ZoneState::kSlow);
}

TEST_F(ZoneProberTest, AZoneThatComesBackIsAsItWas) {
  List("zen.example");
  Start("sites = [\"zen.example*8\"]");
  WaitFor(2);
  tests_->SetZones({});
  server_.SetFault({.kind = support::Fault::Kind::kDrop});
  tests_->SetZones(ProbedZones(ConfigOf("sites = [\"zen.example*8\"]")));
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kHealthy);
}

cache::ZoneStateRow Row(const char* shown, ZoneFamily family, ZoneState state) {
  return {.shown = shown, .family = family, .state = state, .reason = rules::InOwnWords("as it was"), .tested = {}};
}

TEST(RememberedHealth, IsWhatTheDaemonFound) {
  const config::Config config = ConfigOf(
      "sites = [\"a.example*8\", \"new.example*8\", \"plain.example*8\", \"slow.example*8\"]\n"
      "no_test_point = [\"plain.example\", \"slow.example\"]");
  const rules::Health health =
      RememberedHealth(config, {Row("a.example", ZoneFamily::kIpv4, ZoneState::kHealthy),
                                Row("a.example", ZoneFamily::kIpv6, ZoneState::kQuarantined),
                                Row("plain.example", ZoneFamily::kIpv4, ZoneState::kQuarantined),
                                Row("slow.example", ZoneFamily::kIpv4, ZoneState::kSlow)});
  EXPECT_EQ(health.zones.at("a.example")[ZoneFamily::kIpv4], ZoneState::kHealthy);
  EXPECT_EQ(health.zones.at("a.example")[ZoneFamily::kIpv6], ZoneState::kQuarantined);
  EXPECT_EQ(health.zones.at("new.example")[ZoneFamily::kIpv4], ZoneState::kUnknown);
  EXPECT_EQ(health.zones.at("plain.example")[ZoneFamily::kIpv4], ZoneState::kUnchecked) << "no longer tested";
  EXPECT_EQ(health.zones.at("slow.example")[ZoneFamily::kIpv4], ZoneState::kSlow);
}

TEST_F(ZoneProberTest, AReloadKeepsStatesAndTestsWhatIsNew) {
  List("zen.example");
  List("new.example");
  Start("sites = [\"zen.example*8\"]");
  WaitFor(2);
  tests_->SetZones(ProbedZones(ConfigOf("sites = [\"zen.example*3\", \"new.example*3\"]")));
  EXPECT_EQ(StateOf("zen.example"), ZoneState::kHealthy);
  EXPECT_EQ(StateOf("new.example"), ZoneState::kUnknown);
  WaitFor(4);
  EXPECT_EQ(StateOf("new.example"), ZoneState::kHealthy);
  EXPECT_EQ(server_.questions("2.0.0.127.zen.example"), 1U);
}

}  // namespace policyd::dns::zone_prober_test
