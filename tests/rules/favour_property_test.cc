// Adding what speaks for a client never raises the Action: over many policies and worlds, made by a generator that
// gives the same ones every time.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rules/evaluate.h"
#include "tests/support/rule_words.h"

namespace rules::favour_property_test {

using support::Known;

constexpr const char* kName = "mail.sender.example";

// xorshift64: the same numbers with every library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U + 1) {}

  int Below(int limit) {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    return static_cast<int>(state_ % static_cast<std::uint64_t>(limit));
  }
  bool Flip() { return Below(2) == 1; }

 private:
  std::uint64_t state_;
};

// Bands that rise, some switched off; the actions of a class rise with them.
Bands RandomBands(Dice& dice) {
  int limit = 0;
  const auto next = [&]() -> std::optional<Points> {
    limit += dice.Below(60);
    if (dice.Below(4) == 0) return std::nullopt;
    return Points{limit};
  };
  Bands bands;
  bands.tag = next();
  bands.greylist = next();
  bands.defer = next();
  bands.reject = next();
  return bands;
}

BandActions RandomActions(Dice& dice) {
  if (dice.Flip()) return {};
  return {.tag = Action::kTag,
          .greylist = dice.Flip() ? Action::kGreylist : Action::kTag,
          .defer = dice.Flip() ? Action::kDefer : Action::kGreylist,
          .reject = dice.Flip() ? Action::kDiscard : Action::kHold};
}

Policy RandomPolicy(Dice& dice) {
  const auto points = [&dice] { return std::to_string(dice.Below(12)); };
  Policy policy = support::WithZones({"bl.example*" + points(), "more.example*" + points(), "wl.example*-" + points()});
  policy.bands = RandomBands(dice);
  for (const SignalKind kind : {SignalKind::kNoPtr, SignalKind::kNoForward, SignalKind::kMismatch,
                                SignalKind::kUnavailableName, SignalKind::kDynamicName, SignalKind::kCloudName}) {
    policy.points[static_cast<std::size_t>(kind)] = Points{dice.Below(120)};
  }
  const std::vector<std::string> names = {"names.example*" + points(), "good.example*-" + points()};
  policy.name_zones = *ParseZones(names, {}, 0);
  if (dice.Flip()) {
    policy.recipients.Add(
        "@example.com",
        std::make_shared<const Treatment>(Treatment{
            .name = "class", .mode = Mode::kEnforce, .bands = RandomBands(dice), .actions = RandomActions(dice)}));
  }
  return policy;
}

// What is known; every member that is true speaks for the client.
struct World {
  static constexpr std::size_t kMembers = 9;
  enum Member : std::uint8_t {
    kConfirmed,
    kNotListed,
    kNotListedBySecond,
    kOnAllowList,
    kSenderNotListed,
    kSenderOnAllowList,
    kCameBack,
    kPassedOften,
    kWhitelisted,
  };
  std::array<bool, kMembers> is{};
  int without_name = 0;  // how reverse DNS fails where it does
  bool is_blocked = false;
};

World RandomWorld(Dice& dice) {
  World world;
  for (bool& member : world.is) member = dice.Flip();
  world.is[World::kWhitelisted] = dice.Below(8) == 0;
  world.without_name = dice.Below(4);
  world.is_blocked = dice.Below(8) == 0;
  return world;
}

void AddReverse(std::vector<Known>& known, const World& world) {
  if (world.is[World::kConfirmed]) {
    known.push_back(support::Ptr({kName}));
    known.push_back(support::Forward(kName, support::kClient));
  } else if (world.without_name == 0) {
    known.push_back(support::NoPtr());
  } else if (world.without_name == 1) {
    known.emplace_back(Question::Ptr(), support::BlamesName());
  } else {
    known.push_back(support::Ptr({kName}));
    known.push_back(support::Forward(kName, world.without_name == 2 ? "" : "192.0.2.1"));
  }
}

Facts FactsOf(const World& world) {
  std::vector<Known> known;
  AddReverse(known, world);
  const auto listed = [](bool is) { return is ? support::Listed("").second : support::Absent(); };
  known.emplace_back(Question::List("bl.example"), listed(!world.is[World::kNotListed]));
  known.emplace_back(Question::List("more.example"), listed(!world.is[World::kNotListedBySecond]));
  known.emplace_back(Question::List("wl.example"), listed(world.is[World::kOnAllowList]));
  for (const char* name : {"sender.example", kName}) {
    const bool is_sender = std::string_view(name) == "sender.example";
    known.emplace_back(Question::NameList(name, "names.example"),
                       listed(is_sender && !world.is[World::kSenderNotListed]));
    known.emplace_back(Question::NameList(name, "good.example"),
                       listed(is_sender && world.is[World::kSenderOnAllowList]));
  }
  if (world.is[World::kCameBack]) {
    const Triplet waiting{.first_seen = support::Now() - seconds{600}, .last_seen = support::Now() - seconds{600}};
    known.emplace_back(Question::Triplet("203.0.113.0/24"), support::Present(waiting));
  }
  if (world.is[World::kPassedOften]) {
    for (const char* key : {"203.0.113.45", kName}) {
      known.emplace_back(Question::AutoWhitelist(key),
                         support::Present(AutoWhitelistCount{.passes = 9, .last_pass = support::Now()}));
    }
  }
  std::vector<ListEntry> entries;
  if (world.is[World::kWhitelisted]) entries.push_back(support::Entry(ListKind::kWhitelist, "203.0.113.45"));
  if (world.is_blocked) entries.push_back(support::Entry(ListKind::kBlocklist, "203.0.113.45"));
  known.emplace_back(Question::ClientEntries(), support::Present(ListMatches{entries, false}));
  return support::FactsOf(known);
}

Action ActionOn(const Policy& policy, const Request& request, const World& world) {
  Facts facts = FactsOf(world);
  facts.Close();
  for (;;) {
    const Outcome outcome = Evaluate(policy, {}, request, facts, support::Now());
    if (outcome.verdict) return outcome.verdict->action;
    for (const Question& question : outcome.open) {
      // Nothing is left open by DNS but what no world says: absent.
      if (!facts.Add(question, support::Absent())) return Action::kPass;
    }
  }
}

std::string Describe(const World& world) {
  std::string text;
  for (const bool member : world.is) text += member ? '1' : '0';
  return text + " without_name=" + std::to_string(world.without_name) + (world.is_blocked ? " blocked" : "");
}

// A header harms nobody: whoever came back in the greylist band passes without one, whoever is below it may have one.
Action Harm(Action action) {
  return action == Action::kTag ? Action::kPass : action;
}

TEST(FavourProperty, WhatSpeaksForAClientNeverRaisesTheAction) {
  std::size_t milder = 0;
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    Dice dice(seed);
    const Policy policy = RandomPolicy(dice);
    Request request = support::Mail();
    if (dice.Below(6) == 0) request.sender.clear();
    if (dice.Below(6) == 0) request.state = ProtocolState::kData;
    const World world = RandomWorld(dice);
    const Action before = ActionOn(policy, request, world);
    for (std::size_t member = 0; member < World::kMembers; ++member) {
      if (world.is[member]) continue;
      // An answer in place of none is no favour: while a name is unavailable, reject is only defer.
      if (member == World::kConfirmed && world.without_name == 1) continue;
      World better = world;
      better.is[member] = true;
      const Action after = ActionOn(policy, request, better);
      ASSERT_LE(Harm(after), Harm(before)) << "seed " << seed << ", " << Describe(world) << ", adding " << member
                                           << ": " << Name(before) << " became " << Name(after);
      milder += after < before ? 1 : 0;
    }
  }
  EXPECT_GT(milder, 1000U) << "a test of what is milder needs some";
}

// HELO is no Fact, but speaks for the client all the same.
TEST(FavourProperty, TheConfirmedNameInHeloNeverRaisesTheAction) {
  std::size_t milder = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    Dice dice(seed);
    Policy policy = RandomPolicy(dice);
    policy.own_names = {"mx.here.example"};
    for (const SignalKind against : {SignalKind::kHeloLiteral, SignalKind::kHeloNotPublic, SignalKind::kHeloLocalhost,
                                     SignalKind::kHeloOwnName, SignalKind::kHeloUnrelated}) {
      policy.points[static_cast<std::size_t>(against)] = Points{dice.Below(120)};
    }
    for (const SignalKind favour : {SignalKind::kHeloMatch, SignalKind::kSenderMatch, SignalKind::kMailName}) {
      policy.points[static_cast<std::size_t>(favour)] = Points{-dice.Below(60)};
    }
    const World world = RandomWorld(dice);
    Request right = support::Mail();
    right.helo_name = kName;
    const Action after = ActionOn(policy, right, world);
    for (const char* helo : {"[203.0.113.45]", "server.local", "localhost", "mx.here.example", "third.example"}) {
      Request wrong = right;
      wrong.helo_name = helo;
      const Action before = ActionOn(policy, wrong, world);
      ASSERT_LE(Harm(after), Harm(before)) << "seed " << seed << ", " << Describe(world) << ", instead of " << helo;
      milder += after < before ? 1 : 0;
    }
  }
  EXPECT_GT(milder, 500U) << "a test of what is milder needs some";
}

TEST(ModeProperty, TagAndMonitorTellExactlyWhatEnforceWouldHaveDone) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    Dice dice(seed);
    Policy policy = RandomPolicy(dice);
    policy.recipients = {};
    Request request = support::Mail();
    if (dice.Below(6) == 0) request.sender.clear();
    const World world = RandomWorld(dice);
    const Action enforced = ActionOn(policy, request, world);
    for (const Mode mode : {Mode::kTag, Mode::kMonitor}) {
      policy.mode = mode;
      ASSERT_EQ(ActionOn(policy, request, world), enforced) << "seed " << seed << ", " << Name(mode);
    }
  }
}

}  // namespace rules::favour_property_test
