// What is decided on mail that leaves, row by row; and that its Action never changes when the rest arrives.
#include "rules/outbound/outbound.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "rules/outbound/outbound_reply.h"
#include "rules/reply.h"
#include "tests/support/rule_words.h"

namespace rules::outbound_test {

using std::chrono::days;
using std::chrono::hours;

constexpr const char* kAnn = "ann@example.org";

TimePoint Now() {
  return support::Now();
}

Policy Guarding() {
  Policy policy = support::WithZones({});
  policy.outbound.mode = Mode::kEnforce;
  return policy;
}

Request Sending(ProtocolState state = ProtocolState::kData, std::uint32_t recipients = 1) {
  Request request;
  request.state = state;
  request.client = IpAddress::Parse("203.0.113.45");
  request.sasl_username = kAnn;
  request.sender = kAnn;
  request.instance = "7a.68f0.0";
  request.queue_id = "4ABC";
  request.recipient_count = state == ProtocolState::kRcpt ? 0 : recipients;
  return request;
}

// An account with so many recipients counted, so long ago.
Account Sent(std::uint32_t recipients, seconds ago = seconds{0}) {
  Account account;
  account.Reserve({.message = 77, .recipients = recipients, .at = Now() - ago, .is_confirmed = true});
  return account;
}

// ... and with ten recipients on each of the twenty days before.
Account Known(Account account = {}) {
  for (int ago = 20; ago >= 1; --ago) account.days.Add(10, Now() - days{ago});
  account.days.Add(0, Now());
  return account;
}

OutboundEntry EntryFor(std::string_view target) {
  return {.target = *OutboundTarget::Parse(target), .changed = Now()};
}

struct World {
  Policy policy = Guarding();
  Request request = Sending();
  Account login = Known();
  std::optional<Account> pool{};
  std::vector<OutboundEntry> entries{};
  std::uint32_t strangers = 0;
  Facts facts = {};
  TimePoint now = Now();

  OutboundView View() const {
    return {.login = login,
            .pool = pool ? &*pool : nullptr,
            .entries = entries,
            .strangers = strangers,
            .has_end_of_message = true};
  }
  Outcome Decide() const { return EvaluateOutgoing(policy, {}, request, facts, View(), now); }
};

std::string Reply(const World& world, const Verdict& verdict) {
  Reference reference;
  return FormatReply(world.policy, world.request, verdict, reference, {});
}

struct Case {
  const char* name;
  std::function<void(World&)> with;
  Action want = Action::kPass;
  Reason reason = Reason::kOutbound;
  const char* signals = "";
};

class OutboundTest : public testing::TestWithParam<Case> {};

TEST_P(OutboundTest, Decides) {
  World world;
  GetParam().with(world);
  const Outcome outcome = world.Decide();
  ASSERT_TRUE(outcome.verdict);
  EXPECT_EQ(Name(outcome.verdict->action), std::string(Name(GetParam().want)));
  EXPECT_EQ(Name(outcome.verdict->reason), std::string(Name(GetParam().reason)));
  EXPECT_EQ(PrintSignals(outcome.verdict->signals), GetParam().signals);
}

void Limited(World& world) {
  world.login.limited = world.now - seconds{60};
}
void FromManyNetworks(World& world) {
  for (std::uint32_t number = 1; number <= 5; ++number) world.login.networks.Note(number, world.now);
}
void FromManyDomains(World& world) {
  for (std::uint32_t number = 1; number <= 5; ++number) world.login.sender_domains.Note(number, world.now);
}
void Jumps(World& world) {
  world.login.days.Add(100, world.now);
}
void Bounces(World& world) {
  for (int i = 0; i < 20; ++i) {
    NoteBounce(world.login, *IpAddress::Parse("10." + std::to_string(i % 5) + ".1.1"), world.now);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Limits, OutboundTest,
    testing::Values(
        Case{"a_message_passes", [](World&) {}},
        Case{"the_limit_itself_may_be_reached",
             [](World& w) { w.login = Known(Sent(99)), w.login.days = Known().days; }},
        Case{"one_more_is_deferred", [](World& w) { w.login = Known(Sent(100)); }, Action::kDefer,
             Reason::kOutboundLimit},
        Case{"an_hour_later_it_passes", [](World& w) { w.login = Known(Sent(100, seconds{3900})); }},
        Case{"more_than_a_day_may_have", [](World& w) { w.login = Known(Sent(500, hours{20})); }, Action::kDefer,
             Reason::kOutboundLimit},
        Case{"a_message_larger_than_the_limit_never_passes", [](World& w) { w.request.recipient_count = 101; },
             Action::kReject, Reason::kOutboundLimit},
        Case{"messages_are_counted_where_they_have_a_limit",
             [](World& w) {
               w.policy.outbound.limits.messages_per_hour = 1;
               w.login = Known(Sent(1));
             },
             Action::kDefer, Reason::kOutboundLimit},
        Case{"the_pool_of_a_domain_has_its_own",
             [](World& w) {
               w.policy.outbound.domain_recipients_per_day = 1000;
               w.pool = Sent(1000);
             },
             Action::kDefer, Reason::kOutboundLimit},
        Case{"a_count_of_none_is_one", [](World& w) { w.login = Known(Sent(100)), w.request.recipient_count = 0; },
             Action::kDefer, Reason::kOutboundLimit},
        Case{"rcpt_is_never_counted",
             [](World& w) { w.login = Known(Sent(100)), w.request = Sending(ProtocolState::kRcpt); }},
        Case{"the_end_alone_is_counted_too",
             [](World& w) { w.login = Known(Sent(100)), w.request = Sending(ProtocolState::kEndOfMessage); },
             Action::kDefer, Reason::kOutboundLimit},
        Case{"monitor_decides_the_same",
             [](World& w) { w.policy.outbound.mode = Mode::kMonitor, w.login = Known(Sent(100)); }, Action::kDefer,
             Reason::kOutboundLimit}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    People, OutboundTest,
    testing::Values(
        Case{"a_login_has_a_limit_of_its_own",
             [](World& w) {
               w.login = Known(Sent(100));
               w.entries = {EntryFor(kAnn)};
               w.entries[0].limits.recipients_per_hour = 200;
             }},
        Case{"which_ends",
             [](World& w) {
               w.login = Known(Sent(100));
               w.entries = {EntryFor(kAnn)};
               w.entries[0].limits.recipients_per_hour = 200;
               w.entries[0].limits_until = w.now;
             },
             Action::kDefer, Reason::kOutboundLimit},
        Case{"an_entry_is_heard_before_a_class",
             [](World& w) {
               w.login = Known(Sent(100));
               w.policy.outbound.classes = {
                   {"staff", {*OutboundTarget::Parse("@example.org")}, {.recipients_per_hour = 50}}};
               w.entries = {EntryFor(kAnn)};
               w.entries[0].limits.recipients_per_hour = 200;
             }},
        Case{"a_class_before_the_entry_of_the_domain",
             [](World& w) {
               w.login = Known(Sent(100));
               w.policy.outbound.classes = {
                   {"staff", {*OutboundTarget::Parse("@example.org")}, {.recipients_per_hour = 300}}};
               w.entries = {EntryFor("@example.org")};
               w.entries[0].limits.recipients_per_hour = 50;
             }},
        Case{"what_a_class_does_not_say_is_left_to_the_next",
             [](World& w) {
               w.login = Known(Sent(100));
               w.policy.outbound.classes = {
                   {"staff", {*OutboundTarget::Parse("@example.org")}, {.recipients_per_day = 900}}};
             },
             Action::kDefer, Reason::kOutboundLimit},
        Case{"a_class_by_network",
             [](World& w) {
               w.login = Known(Sent(100));
               w.policy.outbound.classes = {
                   {"web", {*OutboundTarget::Parse("203.0.113.0/24")}, {.recipients_per_hour = Limit{}}}};
             }},
        Case{"a_locked_login_sends_nothing", [](World& w) { w.login.locked = w.now - hours{50}; }, Action::kReject,
             Reason::kOutboundLocked},
        Case{"at_rcpt_already",
             [](World& w) { w.login.locked = w.now - hours{50}, w.request = Sending(ProtocolState::kRcpt); },
             Action::kReject, Reason::kOutboundLocked},
        Case{"until_it_is_released",
             [](World& w) {
               w.login.locked = w.now - hours{50};
               w.entries = {EntryFor(kAnn)};
               w.entries[0].released = w.now - hours{1};
             }},
        Case{"a_release_from_before_the_lock_does_nothing",
             [](World& w) {
               w.login.locked = w.now - hours{1};
               w.entries = {EntryFor(kAnn)};
               w.entries[0].released = w.now - hours{2};
             },
             Action::kReject, Reason::kOutboundLocked},
        Case{"locked_by_a_person",
             [](World& w) {
               w.entries = {EntryFor(kAnn)};
               w.entries[0].locked = w.now - hours{1};
             },
             Action::kReject, Reason::kOutboundLocked},
        Case{"for_a_time",
             [](World& w) {
               w.entries = {EntryFor(kAnn)};
               w.entries[0].locked = w.now - hours{2};
               w.entries[0].locked_until = w.now;
             }},
        Case{"a_lock_of_a_domain_is_none_of_the_login",
             [](World& w) {
               w.entries = {EntryFor("@example.org")};
               w.entries[0].locked = w.now;
             }},
        Case{"a_foreign_sender_is_refused", [](World& w) { w.policy.outbound.own_domains = {"other.example"}; },
             Action::kReject, Reason::kForeignSender},
        Case{"one_of_ours_is_not",
             [](World& w) {
               w.policy.outbound.own_domains = {"other.example", "example.org"};
             }},
        Case{"in_any_case_of_its_letters",
             [](World& w) {
               w.policy.outbound.own_domains = {"example.org"};
               w.request.sender = "Ann@Example.ORG";
             }},
        Case{"a_domain_below_one_is_another",
             [](World& w) {
               w.policy.outbound.own_domains = {"example.org"};
               w.request.sender = "ann@lists.example.org";
             },
             Action::kReject, Reason::kForeignSender},
        Case{"unless_all_below_are_meant",
             [](World& w) {
               w.policy.outbound.own_domains = {".example.org"};
               w.request.sender = "ann@lists.example.org";
             }},
        Case{"receipts_have_no_sender",
             [](World& w) {
               w.policy.outbound.own_domains = {"other.example"};
               w.request.sender = "";
             }}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Conduct, OutboundTest,
    testing::Values(Case{"a_jump_alone_is_told", Jumps, Action::kPass, Reason::kOutbound, "jump:3"},
                    Case{"fifty_a_day_are_never_a_jump",
                         [](World& w) {
                           w.login = {};
                           w.request.recipient_count = 50;
                         }},
                    Case{"more_are_one_for_a_new_login",
                         [](World& w) {
                           w.login = {};
                           w.request.recipient_count = 51;
                         },
                         Action::kPass, Reason::kOutbound, "jump:3"},
                    Case{"a_jump_from_many_networks_is_held",
                         [](World& w) {
                           Jumps(w);
                           FromManyNetworks(w);
                         },
                         Action::kHold, Reason::kOutboundConduct, "jump:3,many_networks:3"},
                    Case{"the_fifth_network_is_none_too_many",
                         [](World& w) {
                           for (std::uint32_t number = 1; number <= 4; ++number) w.login.networks.Note(number, w.now);
                         }},
                    Case{"own_networks_do_not_count",
                         [](World& w) {
                           FromManyNetworks(w);
                           w.policy.own_networks = {*Network::Parse("192.168.0.0/16")};
                           w.request.client = IpAddress::Parse("192.168.1.2");
                         }},
                    Case{"an_hour_later_they_are_forgotten",
                         [](World& w) {
                           for (std::uint32_t number = 1; number <= 5; ++number)
                             w.login.networks.Note(number, w.now - hours{1});
                         }},
                    Case{"a_jump_over_the_limit_is_none_of_that",
                         [](World& w) {
                           Jumps(w);
                           Limited(w);
                         },
                         Action::kPass, Reason::kOutbound, "jump:3,limit_reached:1"},
                    Case{"with_senders_of_many_domains_it_locks",
                         [](World& w) {
                           Jumps(w);
                           FromManyNetworks(w);
                           FromManyDomains(w);
                         },
                         Action::kReject, Reason::kOutboundConduct, "jump:3,many_networks:3,foreign_domains:2"},
                    Case{"senders_of_many_domains", FromManyDomains, Action::kPass, Reason::kOutbound,
                         "foreign_domains:2"},
                    Case{"bounces", Bounces, Action::kPass, Reason::kOutbound, "bounces:3"},
                    Case{"which_one_stranger_can_send",
                         [](World& w) {
                           for (int i = 0; i < 500; ++i) NoteBounce(w.login, *IpAddress::Parse("198.51.100.7"), w.now);
                         }},
                    Case{"strangers_count_from_thirty_recipients",
                         [](World& w) {
                           w.request.recipient_count = 30;
                           w.strangers = 25;
                         },
                         Action::kPass, Reason::kOutbound, "strangers:2"},
                    Case{"and_say_nothing_of_a_new_login",
                         [](World& w) {
                           w.login = {};
                           w.request.recipient_count = 30;
                           w.strangers = 30;
                         }},
                    Case{"a_fifth_that_is_known_is_enough",
                         [](World& w) {
                           w.request.recipient_count = 30;
                           w.strangers = 24;
                         }},
                    Case{"and_of_fewer_they_say_nothing",
                         [](World& w) {
                           w.request.recipient_count = 29;
                           w.strangers = 29;
                         }},
                    Case{"no_lock_where_it_is_off",
                         [](World& w) {
                           w.policy.outbound.lock.reset();
                           Jumps(w);
                           FromManyNetworks(w);
                           FromManyDomains(w);
                         },
                         Action::kHold, Reason::kOutboundConduct, "jump:3,many_networks:3,foreign_domains:2"}),
    [](const auto& row) { return row.param.name; });

// The whole of one message as Postfix asks, with the accounts kept between.
class MessageTest : public testing::Test {
 protected:
  // Returns the Verdict, and keeps what follows from it.
  Verdict Ask(const Request& request) {
    const Verdict verdict = *world_.request_verdict(request);
    return verdict;
  }

  struct Keeper : World {
    bool has_end_of_message = true;
    bool told = false;
    std::optional<Verdict> request_verdict(const Request& asked) {
      request = asked;
      login.Settle(now);
      OutboundView view{.login = login, .has_end_of_message = has_end_of_message};
      auto outcome = EvaluateOutgoing(policy, {}, request, facts, view, now);
      if (outcome.verdict) told = Apply(policy, request, *outcome.verdict, view, {login}, now);
      return outcome.verdict;
    }
    std::uint32_t Counted() const { return login.recipients_of_hour.Sum(now); }
  };
  Keeper world_;
};

TEST_F(MessageTest, IsCountedOnceWhateverPostfixAsks) {
  Ask(Sending(ProtocolState::kRcpt));
  Ask(Sending(ProtocolState::kRcpt));
  Ask(Sending(ProtocolState::kData, 2));
  Ask(Sending(ProtocolState::kData, 2));
  EXPECT_EQ(world_.Counted(), 2U);
  Ask(Sending(ProtocolState::kEndOfMessage, 2));
  Ask(Sending(ProtocolState::kEndOfMessage, 2));
  EXPECT_EQ(world_.Counted(), 2U);
  world_.now += kReservedFor;
  world_.login.Settle(world_.now);
  EXPECT_EQ(world_.Counted(), 2U) << "it was confirmed";
}

TEST_F(MessageTest, ThatIsAbortedIsTakenBack) {
  Ask(Sending(ProtocolState::kData, 9));
  EXPECT_EQ(world_.Counted(), 9U);
  world_.now += kReservedFor;
  world_.login.Settle(world_.now);
  EXPECT_EQ(world_.Counted(), 0U);
}

TEST_F(MessageTest, IsConfirmedAtOnceWherePostfixDoesNotAskAtTheEnd) {
  world_.has_end_of_message = false;
  Ask(Sending(ProtocolState::kData, 9));
  world_.now += kReservedFor;
  world_.login.Settle(world_.now);
  EXPECT_EQ(world_.Counted(), 9U);
}

TEST_F(MessageTest, IsCountedAtTheEndWherePostfixAsksThereAlone) {
  Ask(Sending(ProtocolState::kEndOfMessage, 9));
  EXPECT_EQ(world_.Counted(), 9U);
}

TEST_F(MessageTest, ThatIsRefusedIsNotCounted) {
  world_.login = Known(Sent(100));
  for (int attempt = 0; attempt < 50; ++attempt) {
    Request request = Sending(ProtocolState::kData, 5);
    request.instance += std::to_string(attempt);
    EXPECT_EQ(Ask(request).action, Action::kDefer);
  }
  EXPECT_EQ(world_.Counted(), 100U) << "a client that tries again stays out no longer for it";
}

TEST_F(MessageTest, OverALimitIsCountedWhereItIsLetThroughAllTheSame) {
  world_.policy.outbound.mode = Mode::kMonitor;
  world_.login = Known(Sent(100));
  EXPECT_EQ(Ask(Sending(ProtocolState::kData, 5)).given(), Action::kPass);
  EXPECT_EQ(world_.Counted(), 105U);
}

TEST_F(MessageTest, HeldOnceStaysHeldAndIsCounted) {
  Jumps(world_);
  FromManyNetworks(world_);
  EXPECT_EQ(Ask(Sending(ProtocolState::kData)).action, Action::kHold);
  EXPECT_TRUE(world_.told);
  EXPECT_EQ(world_.Counted(), 1U);
  world_.login.networks = {};
  EXPECT_EQ(Ask(Sending(ProtocolState::kData)).action, Action::kHold) << "the second list that names us";
  EXPECT_FALSE(world_.told);
  EXPECT_EQ(Ask(Sending(ProtocolState::kEndOfMessage)).action, Action::kPass);
}

TEST_F(MessageTest, LocksTheLoginUntilItIsReleased) {
  Jumps(world_);
  FromManyNetworks(world_);
  FromManyDomains(world_);
  EXPECT_EQ(Ask(Sending()).action, Action::kReject);
  EXPECT_TRUE(world_.told);
  world_.now += days{3};
  EXPECT_EQ(Ask(Sending(ProtocolState::kRcpt)).reason, Reason::kOutboundLocked);
}

TEST_F(MessageTest, LocksNobodyInMonitorMode) {
  world_.policy.outbound.mode = Mode::kMonitor;
  Jumps(world_);
  FromManyNetworks(world_);
  FromManyDomains(world_);
  EXPECT_EQ(Ask(Sending()).action, Action::kReject);
  EXPECT_FALSE(world_.login.locked);
  EXPECT_TRUE(world_.told) << "it is told of";
}

TEST_F(MessageTest, WithoutAnInstanceIsKnownByItsQueueId) {
  Request request = Sending();
  request.instance.clear();
  Ask(request);
  Ask(request);
  EXPECT_EQ(world_.Counted(), 1U);
}

TEST_F(MessageTest, WithoutEitherIsCountedEachTime) {
  Request request = Sending();
  request.instance.clear();
  request.queue_id.clear();
  Ask(request);
  Ask(request);
  EXPECT_EQ(world_.Counted(), 2U);
}

struct Which {
  const char* name;
  std::function<void(Policy&, Request&)> with;
  bool is_outgoing;
  const char* account = "";
};

class WhichMailTest : public testing::TestWithParam<Which> {};

TEST_P(WhichMailTest, IsOutgoing) {
  Policy policy = Guarding();
  Request request = support::Mail();
  request.sender = "Bob@Example.org";
  GetParam().with(policy, request);
  EXPECT_EQ(IsOutgoing(policy, request), GetParam().is_outgoing);
  if (GetParam().is_outgoing) {
    EXPECT_EQ(AccountOf(policy.outbound, request), GetParam().account);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Mail, WhichMailTest,
    testing::Values(Which{"a_stranger", [](Policy&, Request&) {}, false},
                    Which{"a_login", [](Policy&, Request& r) { r.sasl_username = "Ann@Example.org"; }, true,
                          "ann@example.org"},
                    Which{"a_login_without_a_domain",
                          [](Policy& p, Request& r) {
                            p.outbound.login_domain = "example.org";
                            r.sasl_username = "Ann";
                          },
                          true, "ann@example.org"},
                    Which{"where_none_is_added", [](Policy&, Request& r) { r.sasl_username = "Ann"; }, true, "ann"},
                    Which{"the_context_of_submission", [](Policy&, Request& r) { r.is_submission = true; }, true,
                          "sender:bob@example.org"},
                    Which{"a_network_that_sends",
                          [](Policy& p, Request&) { p.outbound.networks = {*Network::Parse("203.0.113.0/24")}; }, true,
                          "sender:bob@example.org"},
                    Which{"by_its_client_where_there_is_no_sender",
                          [](Policy& p, Request& r) {
                            p.outbound.networks = {*Network::Parse("203.0.113.0/24")};
                            r.sender = "";
                          },
                          true, "203.0.113.45"},
                    Which{"nothing_while_it_is_off",
                          [](Policy& p, Request& r) {
                            p.outbound.mode.reset();
                            r.sasl_username = "ann";
                          },
                          false}),
    [](const auto& row) { return row.param.name; });

// Every way in which the lists may answer, with each set of signals: what is said early stays.
TEST(OutboundLaw, TheActionNeverChangesWhenTheRestArrives) {
  const std::array<std::string, 2> zones{"one.example", "two.example"};
  const std::vector<std::function<void(World&)>> all{Limited, FromManyNetworks, Jumps, Bounces, FromManyDomains};
  int given_early = 0, waited = 0;
  for (unsigned set = 0; set < (1U << all.size()); ++set) {
    World world;
    const std::vector<std::string> sites{"one.example*5", "two.example*3"};
    world.policy.outbound.zones = *ParseZones(sites, {}, 0);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if ((set >> i & 1U) != 0) all[i](world);
    }
    const auto answers = {support::Listed, +[](std::string zone, std::string_view) { return support::NotListed(zone); },
                          +[](std::string zone, std::string_view) { return support::ListUnavailable(zone); }};
    for (const auto& first : answers) {
      for (const auto& second : answers) {
        World whole = world;
        whole.facts = Facts(KnownFacts{first(zones[0], "127.0.0.2"), second(zones[1], "127.0.0.2")});
        const auto end = whole.Decide().verdict;
        ASSERT_TRUE(end);
        for (const int known : {0, 1, 2}) {
          World part = world;
          if (known == 1) part.facts = Facts(KnownFacts{first(zones[0], "127.0.0.2")});
          if (known == 2) part.facts = Facts(KnownFacts{second(zones[1], "127.0.0.2")});
          const Outcome early = part.Decide();
          ASSERT_EQ(early.open.empty(), early.verdict.has_value());
          ++(early.verdict ? given_early : waited);
          if (early.verdict) {
            ASSERT_EQ(early.verdict->action, end->action) << "set " << set << ", known " << known;
          }
        }
      }
    }
  }
  EXPECT_GT(given_early, 0);
  EXPECT_GT(waited, 0);
}

struct ServerCase {
  const char* name;
  std::vector<std::uint64_t> before;  // from yesterday on
  std::optional<std::uint64_t> want;
};

class ServerAlarmTest : public testing::TestWithParam<ServerCase> {};

// Three times the busiest of 30 days, where seven are known.
TEST_P(ServerAlarmTest, BeginsAt) {
  ServerDays sent{};
  sent[0] = 1'000'000;
  std::ranges::copy(GetParam().before, sent.begin() + 1);
  EXPECT_EQ(AlarmFrom(sent), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(Outbound, ServerAlarmTest,
                         testing::Values(ServerCase{"nothing_is_known", {}, std::nullopt},
                                         ServerCase{"six_days", {500, 500, 500, 500, 500, 500}, std::nullopt},
                                         ServerCase{"seven_days", {500, 0, 500, 500, 0, 500, 700, 500, 500}, 2100},
                                         ServerCase{"a_small_server", {1, 1, 1, 1, 1, 1, 1}, 300}),
                         [](const auto& row) { return row.param.name; });

TEST(OutboundReply, SaysFromWhenItWorksAgain) {
  World world;
  world.login = Known(Sent(100, seconds{1800}));
  const Verdict verdict = *world.Decide().verdict;
  const std::string reply = Reply(world, verdict);
  EXPECT_TRUE(reply.starts_with("450 4.7.1 The limit of 100 recipients an hour is reached, try again after ")) << reply;
  const TimePoint free_at = *verdict.outbound->limit->free_at;
  EXPECT_GT(free_at, world.now + seconds{1500});
  EXPECT_LE(free_at, world.now + seconds{2100});
  EXPECT_NE(reply.find(" after " + ClockTime(free_at, seconds{0}, false) + " (ref "), std::string::npos) << reply;
}

TEST(OutboundReply, SaysWhatWillNeverGo) {
  World world;
  world.request.recipient_count = 300;
  EXPECT_TRUE(Reply(world, *world.Decide().verdict)
                  .starts_with("550 5.7.1 This message has more recipients than the limit of 100 recipients an hour, "
                               "send it to fewer at a time (ref "));
}

TEST(OutboundReply, NamesTheForeignAddressEscaped) {
  World world;
  world.policy.outbound.own_domains = {"other.example"};
  world.request.sender = "ann\r\n\"x@bad.example";
  EXPECT_TRUE(Reply(world, *world.Decide().verdict)
                  .starts_with("550 5.7.1 Sending with a foreign address is not allowed: ann???x@bad.example (ref "));
}

TEST(OutboundReply, NamesWhomToAsk) {
  World world;
  world.login.locked = world.now;
  EXPECT_TRUE(
      Reply(world, *world.Decide().verdict)
          .starts_with("550 5.7.1 This account is locked after unusual mail, ask your postmaster to release it"));
  world.policy.reply.contact = "help@example.org";
  EXPECT_TRUE(
      Reply(world, *world.Decide().verdict)
          .starts_with("550 5.7.1 This account is locked after unusual mail, ask help@example.org to release it"));
}

TEST(OutboundReply, HoldsWithAReference) {
  World world;
  Jumps(world);
  FromManyNetworks(world);
  EXPECT_TRUE(Reply(world, *world.Decide().verdict).starts_with("HOLD (ref "));
}

TEST(OutboundReply, TimesAreThoseOfTheClockHere) {
  const TimePoint time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 30} + hours{15} + seconds{35 * 60}};
  EXPECT_EQ(ClockTime(time, seconds{0}, false), "15:35");
  EXPECT_EQ(ClockTime(time, hours{9}, false), "00:35");
  EXPECT_EQ(ClockTime(time, hours{9}, true), "00:35 on 2026-12-01");
  EXPECT_EQ(ClockTime(time, -hours{5}, true), "10:35 on 2026-11-30");
}

struct TargetCase {
  const char* name;
  const char* text;
  const char* want;
};

class OutboundTargetTest : public testing::TestWithParam<TargetCase> {};

TEST_P(OutboundTargetTest, Reads) {
  const auto target = OutboundTarget::Parse(GetParam().text);
  EXPECT_EQ(target ? target->text : target.error().message, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Targets, OutboundTargetTest,
    testing::Values(
        TargetCase{"an_address", "Ann@Example.org", "ann@example.org"}, TargetCase{"a_login", "Ann", "ann"},
        TargetCase{"a_domain", "@Example.org", "@example.org"}, TargetCase{"a_network", "192.0.2.0/24", "192.0.2.0/24"},
        TargetCase{"an_address_of_a_client", "192.0.2.1", "192.0.2.1/32"},
        TargetCase{"a_sender", "sender:Ann@Example.org", "sender:ann@example.org"},
        TargetCase{"nothing", "", "expected a login, user@domain, sender:user@domain, @domain or a network, got \"\""},
        TargetCase{"two_words", "ann smith",
                   "expected a login, user@domain, sender:user@domain, @domain or a network, got \"ann smith\""}),
    [](const auto& row) { return row.param.name; });

}  // namespace rules::outbound_test
