#include "policyd/dns/zones/zone_prober.h"

#include <algorithm>
#include <array>
#include <utility>

#include "policyd/dns/zones/zone_reasons.h"
#include "rules/zones/known_zones.h"

namespace policyd::dns {
namespace {

using rules::TimePoint;
using rules::ZoneFamily;
using rules::ZoneState;

constexpr std::chrono::milliseconds kLook{1000};
constexpr std::chrono::seconds kPatience{30};  // in the resolver's queue; its time-outs begin once it was sent

constexpr rules::seconds kAskEvery{86400};
constexpr std::size_t kMostAsked = 1000;  // a day: no list answers more than it must, and a zone's health takes no more

// Addresses of root name servers.  They are in use, so no list of unused networks names them, and send no mail, so no
// list of abuse or of policy does.
constexpr std::array kQuietV4{"192.5.5.",  "192.33.4.", "192.36.148.", "192.58.128.",  "193.0.14.",   "198.41.0.",
                              "199.7.83.", "199.7.91.", "202.12.27.",  "192.203.230.", "192.112.36.", "198.97.190."};
constexpr std::array kQuietV6{"2001:500:2f::", "2001:7fd::", "2001:dc3::", "2001:500:9f::"};

// A mapped address is IPv4 for us, but the test points of lists for IPv6 are such.
std::string Ipv6Labels(const rules::IpAddress& address) {
  if (!address.is_v4()) return address.ReversedLabels();
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string labels;
  const auto bytes = address.bytes();
  const std::vector<std::uint8_t> backwards(bytes.rbegin(), bytes.rend());
  for (const std::uint8_t byte : backwards) {
    labels += {kDigits[byte & 0xFU], '.', kDigits[byte >> 4U], '.'};
  }
  labels += "f.f.f.f";
  for (int i = 0; i < 20; ++i) labels += ".0";
  return labels;
}

std::string LabelsOf(const std::string& point, ZoneFamily family) {
  const auto address = rules::IpAddress::Parse(point);
  if (family == ZoneFamily::kNames || !address) return point;
  return family == ZoneFamily::kIpv6 ? Ipv6Labels(*address) : address->ReversedLabels();
}

ZoneFamily FamilyOf(const rules::IpAddress& client, const rules::Question& question) {
  if (question.kind == rules::Question::Kind::kNameList) return ZoneFamily::kNames;
  return client.is_v4() ? ZoneFamily::kIpv4 : ZoneFamily::kIpv6;
}

// Changed points alone cause no new test.
bool IsTestedAlike(ProbedZone a, const ProbedZone& b) {
  a.list.entries = b.list.entries;
  return a == b;
}

bool IsListing(const rules::Question& question, const Answer& answer) {
  return std::ranges::any_of(answer.reply.addresses, [&question](const rules::IpAddress& record) {
    return !rules::IsListError(question.zone, record);
  });
}

ZoneMonitor::Status StatusOf(const cache::ZoneStateRow& row) {
  return {.state = row.state,
          .reason = row.reason,
          .has_family = row.has_family,
          .since = row.since,
          .tested = row.tested,
          .held_until = row.held_until};
}

using HealthOfZones = std::map<std::string, rules::ZoneHealth, std::less<>>;

void AddTo(HealthOfZones& health, const ProbedZone& zone, ZoneState state, bool has_family) {
  rules::ZoneHealth& of_zone = health[zone.list.name];
  of_zone[zone.family] = zone.is_asked ? state : ZoneState::kUnchecked;
  // A zone without a test point cannot be asked whether it has IPv6.
  if (zone.family == ZoneFamily::kIpv6) of_zone.lists_ipv6 = zone.is_asked && has_family;
}

}  // namespace

cache::ZoneStateRow KnownState(const ProbedZone& zone, const std::vector<cache::ZoneStateRow>& remembered) {
  cache::ZoneStateRow row{
      .shown = zone.list.shown, .family = zone.family, .reason = ZoneReason("not_yet_tested"), .tested = {}};
  const auto found = std::ranges::find_if(remembered, [&zone](const cache::ZoneStateRow& known) {
    return known.shown == zone.list.shown && known.family == zone.family;
  });
  if (found != remembered.end()) row = *found;
  const bool is_unchecked = !zone.is_checked && row.state != ZoneState::kSlow && !row.held_until;
  if (is_unchecked) {
    row.state = ZoneState::kUnchecked;
    row.reason = ZoneReason("no_test_point");
  } else if (zone.is_checked && row.state == ZoneState::kUnchecked) {
    row.state = ZoneState::kUnknown;
    row.reason = ZoneReason("not_yet_tested");
  }
  return row;
}

rules::Health RememberedHealth(const config::Config& config, const std::vector<cache::ZoneStateRow>& remembered) {
  rules::Health health;
  for (const ProbedZone& zone : ProbedZones(config)) {
    const cache::ZoneStateRow row = KnownState(zone, remembered);
    AddTo(health.zones, zone, row.state, row.has_family);
  }
  return health;
}

// One run of a zone's test points, until all of them are answered.
struct ZoneProber::Test {
  std::uint64_t zone = 0;
  std::size_t open = 0;
  std::vector<TestAnswer> answers;
};

ZoneProber::ZoneProber(uv_loop_t* loop, Dns& dns, std::vector<cache::ZoneStateRow> remembered, Events events)
    : dns_(dns), events_(std::move(events)), tick_(loop, [this] { Tick(); }) {
  for (auto& row : remembered) remembered_.insert_or_assign({row.shown, row.family}, row);
  tick_.Start(kLook, kLook);
}

ZoneProber::~ZoneProber() = default;

void ZoneProber::SetZones(const std::vector<ProbedZone>& zones) {
  std::vector<Watched> next;
  for (const ProbedZone& about : zones) {
    const auto same = std::find_if(zones_.begin(), zones_.end(),
                                   [&about](const Watched& zone) { return IsTestedAlike(zone.about, about); });
    if (same != zones_.end()) {
      same->about = about;
      next.push_back(std::move(*same));
      zones_.erase(same);
      continue;
    }
    const auto known = remembered_.find({about.list.shown, about.family});
    auto status = known == remembered_.end() ? std::nullopt : std::optional(StatusOf(known->second));
    next.push_back({about, ZoneMonitor(about.is_checked, std::move(status)), ++last_number_});
  }
  zones_ = std::move(next);
  events_.changed();
  Tick();
}

void ZoneProber::Tick() {
  const TimePoint now = events_.now();
  for (Watched& zone : zones_) {
    if (zone.about.is_asked && zone.health.is_due(now)) Begin(zone);
  }
}

void ZoneProber::Begin(Watched& zone) {
  const ProbedZone& about = zone.about;
  zone.health.Begin();
  auto must_not = about.must_not;
  if (about.adds_random) must_not.push_back(RandomPoint(about.family));
  const auto test = std::make_shared<Test>();
  test->zone = zone.number;
  test->open = about.must.size() + must_not.size();
  const auto ask = [&](const std::string& point, bool must) {
    const rules::DnsQuestion question{LabelsOf(point, about.family) + "." + about.list.name, rules::RecordType::kA};
    dns_.Ask(question, QuestionClass::kList, std::chrono::steady_clock::now() + kPatience,
             [this, test, point, must, zone = about.list.name, alive = std::weak_ptr(life_)](const Answer& answer) {
               if (alive.expired()) return;
               test->answers.push_back(ReadTestAnswer(zone, point, must, answer));
               if (--test->open == 0) OnAnswers(*test);
             });
  };
  for (const std::string& point : about.must) ask(point, true);
  for (const std::string& point : must_not) ask(point, false);
}

void ZoneProber::OnAnswers(const Test& test) {
  const auto zone =
      std::find_if(zones_.begin(), zones_.end(), [&test](const Watched& one) { return one.number == test.zone; });
  if (zone == zones_.end()) return;  // was removed from the configuration meanwhile
  TestResult judgement = ResultOf(zone->about.family, test.answers);
  // While no name server answers, silence says nothing about the list.
  if (judgement.state == ZoneState::kDead && dns_.servers_are_down()) judgement = {};
  const auto before = zone->health.status();
  const auto random = random_.Take(1);
  zone->health.Tested(judgement, events_.now(), random[0]);
  NoteSilence(*zone);
  Report(*zone, before, true);
}

// If every list answers and none lists its test point, the resolver is at fault, not the lists.
void ZoneProber::NoteSilence(const Watched& tested) {
  const rules::Statement reason = ZoneReason("all_silent");
  std::size_t silent = 0;
  for (const Watched& zone : zones_) {
    const bool takes_part = zone.about.is_checked && zone.about.is_asked && zone.about.family != ZoneFamily::kIpv6;
    if (!takes_part) continue;
    if (!zone.health.is_silent()) return;
    ++silent;
  }
  if (silent < 2) return;
  for (Watched& zone : zones_) {
    if (!zone.health.is_silent() || zone.health.status().reason == reason) continue;
    zone.health.SetReason(reason);
    if (&zone != &tested) Report(zone, zone.health.status(), true);
  }
}

void ZoneProber::Report(const Watched& zone, const ZoneMonitor::Status& before, bool was_tested) {
  const ZoneMonitor::Status& status = zone.health.status();
  const bool is_changed = status.state != before.state || status.has_family != before.has_family;
  if (is_changed) events_.changed();
  if (!is_changed && !was_tested) return;
  const cache::ZoneStateRow row{.shown = zone.about.list.shown,
                                .family = zone.about.family,
                                .state = status.state,
                                .has_family = status.has_family,
                                .reason = status.reason,
                                .since = status.since,
                                .tested = status.tested,
                                .held_until = status.held_until};
  remembered_.insert_or_assign({row.shown, row.family}, row);
  events_.report(row, before.state);
}

void ZoneProber::Answered(const rules::IpAddress& client, const rules::Question& question, const Answer& answer) {
  const ZoneFamily family = FamilyOf(client, question);
  const TimePoint now = events_.now();
  const bool timed_out = answer.was_sent && answer.reply.status == DnsReply::Status::kNotAnAnswer;
  // If no zone answers, the network is slow, not the zone.
  if (timed_out && !answer.server_answers_others) return;
  const bool is_witness = family != ZoneFamily::kNames &&
                          (asked_.clients.contains(client) || witnesses_.IsWitness(client, question.zone, now));
  for (Watched& zone : zones_) {
    if (zone.about.family != family || zone.about.list.name != question.zone) continue;
    const auto before = zone.health.status();
    zone.health.Answered({.timed_out = timed_out,
                          .is_listed = IsListing(question, answer),
                          .speaks_against = zone.about.list.Lists(answer.reply.addresses),
                          .clean_client = is_witness ? &client : nullptr},
                         now);
    Report(zone, before, false);
  }
}

void ZoneProber::SawClean(const CleanClient& clean) {
  if (clean.testimony.is_vouched_for) return AskOnceADay(clean.client, clean.seen);
  witnesses_.SawClean(clean);
}

void ZoneProber::AskOnceADay(const rules::IpAddress& client, TimePoint now) {
  if (now < asked_.since || now - asked_.since >= kAskEvery) asked_ = {.clients = {}, .networks = {}, .since = now};
  if (asked_.clients.size() >= kMostAsked || !asked_.networks.Take(client)) return;
  asked_.clients.insert(client);
  AskAbout(client);
}

void ZoneProber::AskAbout(const rules::IpAddress& client) {
  for (const Watched& zone : zones_) {
    const auto question = rules::Question::List(zone.about.list.name);
    const bool is_of_family = zone.about.family == FamilyOf(client, question);
    const bool is_in_use = rules::Counts(zone.health.status().state) && zone.health.status().has_family;
    if (!is_of_family || !is_in_use) continue;
    dns_.Ask(rules::ToDns(question, client), QuestionClass::kList, std::chrono::steady_clock::now() + kPatience,
             [this, client, question, alive = std::weak_ptr(life_)](const Answer& answer) {
               if (!alive.expired()) Answered(client, question, answer);
             });
  }
}

std::map<std::string, rules::ZoneHealth, std::less<>> ZoneProber::health() const {
  std::map<std::string, rules::ZoneHealth, std::less<>> health;
  for (const Watched& zone : zones_) {
    const ZoneMonitor::Status& status = zone.health.status();
    AddTo(health, zone.about, status.state, status.has_family);
  }
  return health;
}

std::string_view ZoneProber::ShownOf(std::string_view zone) const {
  const auto found = std::ranges::find_if(zones_, [zone](const Watched& one) { return one.about.list.name == zone; });
  return found == zones_.end() ? std::string_view() : found->about.list.shown;
}

std::string ZoneProber::RandomPoint(ZoneFamily family) {
  const auto bytes = random_.Take(2);
  const unsigned host = bytes[1] % 254U + 1;
  if (family == ZoneFamily::kIpv4) return kQuietV4[bytes[0] % kQuietV4.size()] + std::to_string(host);
  return kQuietV6[bytes[0] % kQuietV6.size()] + std::to_string(host);
}

}  // namespace policyd::dns
