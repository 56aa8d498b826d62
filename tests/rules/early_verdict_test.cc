// The law of the decision: the Action given on part of the Facts never changes when the rest arrives.
//
// Enumerates every part of a small universe of answers, and every way in which the rest can arrive.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "rules/evaluate.h"
#include "rules/signal_table.h"
#include "tests/support/rule_words.h"

namespace rules::early_verdict_test {

using support::Absent;
using support::BlamesName;
using support::Entry;
using support::Forward;
using support::Known;
using support::Present;
using support::Unavailable;

constexpr const char* kDynamic = "203-0-113-45.adsl.isp.example";
constexpr const char* kHelo = "third.example";  // nothing to do with the names above
constexpr const char* kCloud = "ec2-203-0-113-45.compute-1.amazonaws.com";

struct Open {
  Question question;
  std::vector<Fact> answers;
};

// What DNS may say of a client whose first name is `name`; a question that no answer opened is simply not looked at.
std::vector<Open> Universe(const std::string& name, bool asks_helo, bool asks_spf, bool may_pass) {
  const Fact is_client = Forward("", support::kClient).second;
  const Fact is_other = Forward("", "192.0.2.1").second;
  const Fact listed = support::Listed("").second;
  std::vector<Open> universe = {
      {Question::Ptr(),
       {Absent(), Present(HostNames{name}), Present(HostNames{name, "mail.sender.example"}), BlamesName()}},
      {Question::Forward(name), {Absent(), is_client, Unavailable()}},
      {Question::Forward("mail.sender.example"), {is_other, is_client}},
      {Question::List("bl.example"), {listed, Absent(), Unavailable()}},
      {Question::List("wl.example"), {listed, Absent(), Unavailable()}},
  };
  // One of them: all would be many times as much, and none opens another.
  if (asks_spf) {
    universe.pop_back();  // one list less: SPF brings two questions
    const auto record = [](const char* text) { return Fact::Present(Texts{.whole = {text}, .begun = {}}); };
    universe.push_back({Question::NameTexts("sender.example"),
                        {record("v=spf1 -all"), record(may_pass ? "v=spf1 ip4:203.0.113.45 -all" : "v=spf1 ~all"),
                         record("v=spf1 nonsense"), Unavailable()}});
    universe.push_back({Question::NameTexts("mail.sender.example"), {record("v=spf1 -all"), Absent()}});
  } else if (asks_helo) {
    universe.push_back({Question::NameAddresses(kHelo, support::Client()), {is_other, is_client, Unavailable()}});
  } else {
    universe.push_back({Question::NameList("sender.example", "names.example"), {listed, Absent()}});
  }
  return universe;
}

// Every part of the universe is a number: digit i says which answer question i has, 0 for none yet.
class Parts {
 public:
  Parts(std::vector<Open> universe, Policy policy, Request request, std::vector<Known> stores,
        const Facts::EarlierRecipients& earlier)
      : universe_(std::move(universe)),
        policy_(std::move(policy)),
        request_(std::move(request)),
        stores_(std::move(stores)),
        earlier_(earlier) {}

  // The set of Actions that the completions of a part can come to; checks the law at every part.
  std::uint32_t Check(std::vector<std::size_t> digits) {
    const std::size_t number = Number(digits);
    if (seen_.size() <= number) seen_.resize(number + 1, 0);
    if (seen_[number] != 0) return seen_[number];
    Facts facts = FactsOf(digits);
    std::uint32_t actions = 0;
    const auto missing = std::find(digits.begin(), digits.end(), 0U);
    if (missing == digits.end()) {
      actions = 1U << static_cast<unsigned>(ActionOf(std::move(facts)));
    } else {
      for (std::size_t i = 0; i < digits.size(); ++i) {
        if (digits[i] != 0) continue;
        for (std::size_t answer = 1; answer <= universe_[i].answers.size(); ++answer) {
          digits[i] = answer;
          actions |= Check(digits);
        }
        digits[i] = 0;
      }
      ExpectKept(digits, FactsOf(digits), actions);
    }
    ++parts_;
    return seen_[number] = actions;
  }

  std::size_t parts() const { return parts_; }
  std::size_t early() const { return early_; }
  const std::set<SignalKind>& kinds() const { return kinds_; }

 private:
  std::size_t Number(const std::vector<std::size_t>& digits) const {
    std::size_t number = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) number = number * (universe_[i].answers.size() + 1) + digits[i];
    return number;
  }

  Facts FactsOf(const std::vector<std::size_t>& digits) const {
    std::vector<Known> known = stores_;
    for (std::size_t i = 0; i < digits.size(); ++i) {
      if (digits[i] != 0) known.emplace_back(universe_[i].question, universe_[i].answers[digits[i] - 1]);
    }
    Facts facts = support::FactsOf(known);
    facts.SetEarlierRecipients(earlier_);
    for (const char* key : {"isp.example", "amazonaws.com", "spf:sender.example"})
      facts.Add(Question::Triplet(key), Absent());
    facts.Add(Question::OfReputation("203.0.113.0/24"), support::Present(support::PoorDays()));
    facts.Add(Question::OfReputation("sender.example"), support::Present(support::GoodDays()));
    for (const char* name : {kDynamic, kCloud, "mail.sender.example"}) {
      facts.Add(Question::NameList(name, "names.example"), Absent());
      facts.Add(Question::NameEntries(name), Present(ListMatches{{}, true}));
    }
    return facts;
  }

  // On all Facts; what the universe does not answer is closed, as at the deadline.
  Action ActionOf(Facts facts) {
    facts.Close();
    for (;;) {
      const Outcome outcome = Evaluate(policy_, {}, request_, facts, support::Now());
      if (outcome.verdict) {
        for (const Signal& signal : outcome.verdict->signals) kinds_.insert(signal.kind);
        return outcome.verdict->action;
      }
      EXPECT_FALSE(outcome.open.empty()) << "neither a verdict nor a question";
      for (const Question& question : outcome.open) facts.Add(question, Fact::Unavailable());
    }
  }

  void ExpectKept(const std::vector<std::size_t>& digits, const Facts& facts, std::uint32_t actions) {
    const Outcome outcome = Evaluate(policy_, {}, request_, facts, support::Now());
    if (!outcome.verdict) {
      EXPECT_FALSE(outcome.open.empty()) << Describe(digits);
      return;
    }
    ++early_;
    EXPECT_EQ(actions, 1U << static_cast<unsigned>(outcome.verdict->action))
        << "given early: " << Name(outcome.verdict->action) << " on " << Describe(digits);
  }

  std::string Describe(const std::vector<std::size_t>& digits) const {
    std::string text;
    for (const std::size_t digit : digits) text += std::to_string(digit) + " ";
    return text;
  }

  const std::vector<Open> universe_;
  const Policy policy_;
  const Request request_;
  const std::vector<Known> stores_;
  const Facts::EarlierRecipients earlier_;
  std::vector<std::uint32_t> seen_;
  std::size_t parts_ = 0;
  std::size_t early_ = 0;
  std::set<SignalKind> kinds_;  // of the verdicts on all Facts
};

struct Stores {
  const char* name;
  std::vector<Known> known;
  bool is_basic = false;
  bool needs_spf = false;
};

std::vector<Stores> AllStores() {
  const auto matches = [](std::vector<ListEntry> entries) { return Present(ListMatches{std::move(entries), true}); };
  const auto white = [](const char* target) { return Entry(ListKind::kWhitelist, target); };
  const auto black = [](const char* target) { return Entry(ListKind::kBlocklist, target); };
  ListEntry conditional = white("@sender.example");
  conditional.if_confirmed = "sender.example";
  ListEntry proven = white("@sender.example");
  proven.if_spf = true;
  ListEntry held = black("@sender.example");
  held.action = BlockAction::kHold;
  const Triplet came_back{.first_seen = support::Now() - seconds{600}, .last_seen = support::Now(), .passes = 0};
  const Known names = {Question::ClientEntries(), Present(ListMatches{{}, true})};
  return {
      {"empty", {}, true},
      {"names_in_use", {names}, true},
      {"network_allowed", {{Question::ClientEntries(), matches({white("203.0.113.0/24")})}}},
      {"network_blocked_host_allowed",
       {{Question::ClientEntries(), matches({black("203.0.113.0/24")})},
        {Question::NameEntries("mail.sender.example"), matches({white("mail.sender.example")})}}},
      {"address_blocked", {{Question::ClientEntries(), matches({black("203.0.113.45")})}}},
      {"domain_blocked", {names, {Question::NameEntries(kDynamic), matches({black(".isp.example")})}}},
      {"sender_allowed", {{Question::SenderEntries(), matches({white("@sender.example")})}}},
      {"sender_allowed_if_confirmed", {{Question::SenderEntries(), matches({conditional})}}},
      {"sender_allowed_if_spf", {{Question::SenderEntries(), matches({proven})}}, false, true},
      {"sender_domain_came_back", {{Question::Triplet("spf:sender.example"), Present(came_back)}}, false, true},
      {"people_here_wrote_to_the_sender",
       {{Question::Correspondent(), Fact{.state = Fact::State::kPresent}}},
       false,
       true},
      {"sender_held", {names, {Question::SenderEntries(), matches({held})}}},
      {"recipient_blocked", {{Question::RecipientEntries(), matches({black("rcpt:@example.com")})}}},
      {"network_came_back", {{Question::Triplet("203.0.113.0/24"), Present(came_back)}}, true},
      {"name_came_back", {{Question::Triplet("sender.example"), Present(came_back)}}},
      {"passed_often", {{Question::AutoWhitelist("203.0.113.45"), Present(AutoWhitelistCount{9, support::Now()})}}},
      {"name_passed_often",
       {{Question::AutoWhitelist("mail.sender.example"), Present(AutoWhitelistCount{9, support::Now()})}}},
  };
}

struct Bend {
  const char* name;
  Policy policy;
  Request request;
  bool meets_all = false;
  const char* first_name = kDynamic;
  Facts::EarlierRecipients earlier{};
  bool asks_spf = false;
  bool proves_sender = false;  // meets the entry that SPF decides
};

std::vector<Bend> AllPolicies() {
  const auto base = [] {
    Policy policy = support::WithZones({"bl.example*5", "wl.example*-4"});
    policy.name_zones = *ParseZones(std::vector<std::string>{"names.example*3"}, {}, 0);
    return policy;
  };
  std::vector<Bend> bends;
  bends.push_back({"defaults", base(), support::Mail(), true});
  bends.push_back({"rejects", base(), support::Mail(), true});
  bends.back().policy.bands.reject = Points{80};
  bends.push_back({"only_defers", base(), support::Mail()});
  bends.back().policy.bands = {.tag = {}, .greylist = {}, .defer = Points{40}, .reject = {}};
  // Classes of recipients: other bands, and actions that nothing brings back.
  const auto classed = [&](const char* name, Treatment treatment) {
    treatment.name = name;
    bends.push_back({name, base(), support::Mail()});
    bends.back().policy.recipients.Add("@example.com", std::make_shared<const Treatment>(std::move(treatment)));
  };
  classed("class_discards", {.name = {}, .mode = Mode::kEnforce, .bands = {}, .actions = {.defer = Action::kDiscard}});
  classed("class_holds_not_greylists", {.name = {},
                                        .mode = Mode::kEnforce,
                                        .bands = {.tag = {}, .greylist = {}, .defer = Points{40}, .reject = Points{90}},
                                        .actions = {.defer = Action::kHold, .reject = Action::kDiscard}});
  classed(
      "class_forwards",
      {.name = {}, .mode = Mode::kEnforce, .bands = {}, .actions = {.tag = Action::kHold, .greylist = Action::kDefer}});
  classed("class_greylists_the_listed",
          {.name = {},
           .mode = Mode::kTag,
           .bands = {.tag = Points{10}, .greylist = {}, .defer = Points{80}, .reject = {}},
           .actions = {.tag = Action::kPass, .defer = Action::kGreylist}});
  bends.push_back({"postmaster", base(), support::Mail()});
  bends.back().request.recipient = "postmaster@example.com";
  // Names of a cloud, told by our own rules; names that only a table tells, or also one without a name.
  bends.push_back({"cloud", base(), support::Mail(), false, kCloud});
  for (const char* rule : {"/adsl/ REJECT\n", "/^unknown$/ REJECT\n"}) {
    bends.push_back({"table", base(), support::Mail()});
    bends.back().policy.has_name_rules = false;
    bends.back().policy.dynamic_tables.push_back({.patterns = *PatternTable::Parse("table", rule), .shown = "table"});
  }
  bends.push_back({"null_sender", base(), support::Mail()});
  bends.back().request.sender.clear();
  // Where the recipient is not named.
  const auto at = [&](const char* name, ProtocolState state, Mode mode, const Facts::EarlierRecipients& earlier) {
    bends.push_back({name, base(), support::Mail()});
    bends.back().policy.mode = mode;
    bends.back().policy.bands.reject = Points{80};
    bends.back().request.state = state;
    bends.back().request.recipient.clear();
    bends.back().earlier = earlier;
  };
  at("at_connect", ProtocolState::kConnect, Mode::kEnforce, {});
  at("at_mail_in_tag_mode", ProtocolState::kMail, Mode::kTag, {});
  at("at_data_for_several", ProtocolState::kData, Mode::kEnforce, {});
  at("at_the_end_for_several", ProtocolState::kEndOfMessage, Mode::kEnforce, {.came_back = true, .let_in = true});
  bends.push_back({"at_data", base(), support::Mail()});
  bends.back().request.state = ProtocolState::kData;
  bends.push_back({"another_recipient_came_back", base(), support::Mail()});
  bends.back().earlier = {.came_back = true, .let_in = true};
  bends.push_back({"dynamic_in_favour", base(), support::Mail()});
  bends.back().policy.points[static_cast<std::size_t>(SignalKind::kDynamicName)] = Points{-20};
  const auto points_of = [&](SignalKind kind) -> Points& {
    return bends.back().policy.points[static_cast<std::size_t>(kind)];
  };
  bends.push_back({"reputation", base(), support::Mail()});
  points_of(SignalKind::kReputationPoor) = Points{40};
  points_of(SignalKind::kReputationGood) = Points{-20};
  bends.push_back({"reputation_alone", base(), support::Mail()});
  bends.back().policy.points = {};
  bends.back().policy.name_zones.clear();
  points_of(SignalKind::kReputationPoor) = Points{80};
  bends.push_back({"reputation_the_other_way_round", base(), support::Mail()});
  points_of(SignalKind::kReputationPoor) = Points{-50};
  points_of(SignalKind::kReputationGood) = Points{50};
  const auto with_spf = [&](const char* name) {
    bends.push_back({name, base(), support::Mail()});
    bends.back().asks_spf = true;
    bends.back().policy.spf.check = SpfUse::kWhenNeeded;
    bends.back().policy.zones = *ParseZones(std::vector<std::string>{"bl.example*5"}, {}, 0);
    bends.back().policy.name_zones.clear();
    bends.back().policy.bands.reject = Points{100};
    points_of(SignalKind::kSpfPermerror) = Points{20};
  };
  with_spf("spf");
  bends.back().proves_sender = true;
  with_spf("spf_of_a_cloud");
  bends.back().first_name = kCloud;
  // An answer may bring too little to change the Action, and SPF with it what does.
  with_spf("spf_where_nothing_is_tagged");
  bends.back().policy.zones = *ParseZones(std::vector<std::string>{"bl.example*2"}, {}, 0);
  bends.back().policy.bands.tag = std::nullopt;
  with_spf("spf_keys_the_greylist");
  bends.back().policy.greylist.spf_domain = true;
  bends.back().proves_sender = true;
  with_spf("spf_proves_whom_people_here_wrote_to");
  bends.back().policy.greylist.known_correspondents = true;
  bends.back().proves_sender = true;
  with_spf("spf_in_favour");
  points_of(SignalKind::kSpfFail) = Points{-30};
  points_of(SignalKind::kHeloSpfFail) = Points{-10};
  with_spf("spf_always");
  bends.back().policy.spf.check = SpfUse::kAlways;
  bends.back().proves_sender = true;
  with_spf("spf_of_a_forwarder");
  bends.back().policy.spf.forwarders = {{.network = {}, .name = ".sender.example"}};
  with_spf("spf_of_a_bounce");
  bends.back().request.sender.clear();
  const auto says = [&](const char* name, const char* helo, const char* sender) {
    bends.push_back({name, base(), support::Mail()});
    bends.back().policy.own_names = {"mx.example.com"};
    bends.back().request.helo_name = helo;
    if (bends.back().request.helo_name == kHelo) bends.back().policy.name_zones.clear();
    bends.back().request.sender = sender;
  };
  says("helo_literal", "[203.0.113.45]", "someone@sender.example");
  says("helo_own_name", "mx.example.com", "someone@sender.example");
  says("helo_unrelated", kHelo, "someone@other.example");
  says("helo_forgiven", "server.local", "someone@sender.example");
  says("helo_dynamic", kDynamic, "someone@isp.example");
  says("helo_of_a_mail_server_set_up_badly", "localhost", "someone@other.example");
  says("helo_cloud", kCloud, "someone@other.example");
  bends.back().first_name = kCloud;
  // A cloud provider's name and a sender under it: what the HELO address leaves is taken off otherwise.
  says("helo_unrelated_cloud", kHelo, "someone@amazonaws.com");
  bends.back().first_name = kCloud;
  says("helo_unrelated_in_favour", kHelo, "someone@other.example");
  bends.back().policy.points[static_cast<std::size_t>(SignalKind::kHeloUnrelated)] = Points{-30};
  // Nothing but the HELO name counts: an early pass would be wrong.
  says("helo_alone", kHelo, "someone@other.example");
  PointsTable& points = bends.back().policy.points;
  const Points unrelated = points[static_cast<std::size_t>(SignalKind::kHeloUnrelated)];
  points = {};
  points[static_cast<std::size_t>(SignalKind::kHeloUnrelated)] = unrelated;
  return bends;
}

TEST(EarlyVerdict, NeverChangesWhenTheRestArrives) {
  std::size_t early = 0;
  std::set<SignalKind> kinds;
  for (const Bend& bend : AllPolicies()) {
    for (const Stores& stores : AllStores()) {
      // Every policy meets what bends the greylist and the names; the first two meet everything but SPF.
      const bool meets = stores.needs_spf ? bend.proves_sender : bend.meets_all || stores.is_basic;
      if (!meets) continue;
      SCOPED_TRACE(std::string(bend.name) + ", " + stores.name);
      const std::vector<Open> universe =
          Universe(bend.first_name, bend.request.helo_name == kHelo, bend.asks_spf, stores.needs_spf);
      Parts parts(universe, bend.policy, bend.request, stores.known, bend.earlier);
      parts.Check(std::vector<std::size_t>(universe.size(), 0));
      early += parts.early();
      kinds.insert(parts.kinds().begin(), parts.kinds().end());
      if (testing::Test::HasFailure()) return;
    }
  }
  EXPECT_GT(early, 1000U) << "a test of early verdicts needs some";
  for (std::size_t kind = 0; kind < kSignalKinds; ++kind) {
    const SignalRow& row = RowOf(static_cast<SignalKind>(kind));
    if (row.family == SignalFamily::kOutbound) continue;  // outbound_test has their law
    EXPECT_TRUE(kinds.contains(row.kind)) << row.name << " is not met";
  }
}

}  // namespace rules::early_verdict_test
