#include "policyd/dns/zones/site_tests.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rules/zones/known_zones.h"

namespace policyd::dns {
namespace {

using rules::SiteFamily;
using rules::SiteState;
using rules::TimePoint;

constexpr std::chrono::milliseconds kLook{1000};
constexpr std::chrono::seconds kPatience{30};  // in the resolver's queue; its time-outs begin once it was sent

constexpr rules::seconds kAskEvery{86400};
constexpr std::size_t kMostAsked = 1000;  // a day: no list answers more than it must, and a site's health takes no more

// Where root name servers stand.  They are public, so that no list of unused networks names them, and send no mail, so
// that no list of abuse or of policy does.
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

std::string LabelsOf(const std::string& point, SiteFamily family) {
  const auto address = rules::IpAddress::Parse(point);
  if (family == SiteFamily::kNames || !address) return point;
  return family == SiteFamily::kIpv6 ? Ipv6Labels(*address) : address->ReversedLabels();
}

SiteFamily FamilyOf(const rules::IpAddress& client, const rules::Question& question) {
  if (question.kind == rules::Question::Kind::kNameList) return SiteFamily::kNames;
  return client.is_v4() ? SiteFamily::kIpv4 : SiteFamily::kIpv6;
}

// Other points are no reason for another test.
bool IsTestedAlike(TestedSite a, const TestedSite& b) {
  a.list.entries = b.list.entries;
  return a == b;
}

bool IsListing(const rules::Question& question, const Answer& answer) {
  return std::ranges::any_of(answer.reply.addresses, [&question](const rules::IpAddress& record) {
    return !rules::IsListError(question.zone, record);
  });
}

SiteHealth::Status StatusOf(const cache::SiteStateRow& row) {
  return {.state = row.state,
          .reason = row.reason,
          .has_family = row.has_family,
          .since = row.since,
          .tested = row.tested,
          .held_until = row.held_until};
}

using HealthOfZones = std::map<std::string, rules::SiteHealth, std::less<>>;

void AddTo(HealthOfZones& health, const TestedSite& site, SiteState state, bool has_family) {
  rules::SiteHealth& of_zone = health[site.list.zone];
  of_zone[site.family] = site.is_asked ? state : SiteState::kUnchecked;
  // What publishes no test point cannot be asked whether it has one for IPv6.
  if (site.family == SiteFamily::kIpv6) of_zone.lists_ipv6 = site.is_asked && has_family;
}

}  // namespace

cache::SiteStateRow KnownState(const TestedSite& site, const std::vector<cache::SiteStateRow>& remembered) {
  cache::SiteStateRow row{.shown = site.list.shown, .family = site.family, .reason = "not yet tested", .tested = {}};
  const auto found = std::ranges::find_if(remembered, [&site](const cache::SiteStateRow& known) {
    return known.shown == site.list.shown && known.family == site.family;
  });
  if (found != remembered.end()) row = *found;
  const bool is_unchecked = !site.is_checked && row.state != SiteState::kSlow && !row.held_until;
  if (is_unchecked) {
    row.state = SiteState::kUnchecked;
    row.reason = "publishes no test point";
  } else if (site.is_checked && row.state == SiteState::kUnchecked) {
    row.state = SiteState::kUnknown;
    row.reason = "not yet tested";
  }
  return row;
}

rules::Health RememberedHealth(const Config& config, const std::vector<cache::SiteStateRow>& remembered) {
  rules::Health health;
  for (const TestedSite& site : TestedSites(config)) {
    const cache::SiteStateRow row = KnownState(site, remembered);
    AddTo(health.sites, site, row.state, row.has_family);
  }
  return health;
}

// One run of a site's test points, until all of them are answered.
struct SiteTests::Test {
  std::uint64_t site = 0;
  std::size_t open = 0;
  std::vector<TestAnswer> answers;
};

SiteTests::SiteTests(uv_loop_t* loop, Resolver& resolver, std::vector<cache::SiteStateRow> remembered, Events events)
    : resolver_(resolver), events_(std::move(events)), tick_(loop, [this] { Tick(); }) {
  for (auto& row : remembered) remembered_.insert_or_assign({row.shown, row.family}, row);
  tick_.Start(kLook, kLook);
}

SiteTests::~SiteTests() = default;

void SiteTests::SetSites(const std::vector<TestedSite>& sites) {
  std::vector<Site> next;
  for (const TestedSite& about : sites) {
    const auto same = std::find_if(sites_.begin(), sites_.end(),
                                   [&about](const Site& site) { return IsTestedAlike(site.about, about); });
    if (same != sites_.end()) {
      same->about = about;
      next.push_back(std::move(*same));
      sites_.erase(same);
      continue;
    }
    const auto known = remembered_.find({about.list.shown, about.family});
    auto status = known == remembered_.end() ? std::nullopt : std::optional(StatusOf(known->second));
    next.push_back({about, SiteHealth(about.is_checked, std::move(status)), ++last_number_});
  }
  sites_ = std::move(next);
  events_.changed();
  Tick();
}

void SiteTests::Tick() {
  const TimePoint now = events_.now();
  for (Site& site : sites_) {
    if (site.about.is_asked && site.health.is_due(now)) Begin(site);
  }
}

void SiteTests::Begin(Site& site) {
  const TestedSite& about = site.about;
  site.health.Begin();
  auto must_not = about.must_not;
  if (about.adds_random) must_not.push_back(RandomPoint(about.family));
  const auto test = std::make_shared<Test>();
  test->site = site.number;
  test->open = about.must.size() + must_not.size();
  const auto ask = [&](const std::string& point, bool must) {
    const rules::DnsQuestion question{LabelsOf(point, about.family) + "." + about.list.zone, rules::RecordType::kA};
    resolver_.Ask(
        question, QuestionClass::kList, std::chrono::steady_clock::now() + kPatience,
        [this, test, point, must, zone = about.list.zone, alive = std::weak_ptr(life_)](const Answer& answer) {
          if (alive.expired()) return;
          test->answers.push_back(ReadTestAnswer(zone, point, must, answer));
          if (--test->open == 0) OnAnswers(*test);
        });
  };
  for (const std::string& point : about.must) ask(point, true);
  for (const std::string& point : must_not) ask(point, false);
}

void SiteTests::OnAnswers(const Test& test) {
  const auto site =
      std::find_if(sites_.begin(), sites_.end(), [&test](const Site& one) { return one.number == test.site; });
  if (site == sites_.end()) return;  // gone from the configuration meanwhile
  Judgement judgement = Judge(site->about.family, test.answers);
  // Without any name server that answers, silence says nothing of the list.
  if (judgement.state == SiteState::kDead && resolver_.servers_are_down()) judgement = {};
  const auto before = site->health.status();
  const auto random = random_.Take(1);
  site->health.Tested(judgement, events_.now(), random[0]);
  NoteSilence(*site);
  Report(*site, before, true);
}

// Where every list answers and none lists its test point, it is not the lists that died.
void SiteTests::NoteSilence(const Site& tested) {
  constexpr const char* kReason = "the resolver drops 127/8 answers: no list lists its test point";
  std::size_t silent = 0;
  for (const Site& site : sites_) {
    const bool takes_part = site.about.is_checked && site.about.is_asked && site.about.family != SiteFamily::kIpv6;
    if (!takes_part) continue;
    if (!site.health.is_silent()) return;
    ++silent;
  }
  if (silent < 2) return;
  for (Site& site : sites_) {
    if (!site.health.is_silent() || site.health.status().reason == kReason) continue;
    site.health.SetReason(kReason);
    if (&site != &tested) Report(site, site.health.status(), true);
  }
}

void SiteTests::Report(const Site& site, const SiteHealth::Status& before, bool was_tested) {
  const SiteHealth::Status& status = site.health.status();
  const bool is_changed = status.state != before.state || status.has_family != before.has_family;
  if (is_changed) events_.changed();
  if (!is_changed && !was_tested) return;
  const cache::SiteStateRow row{.shown = site.about.list.shown,
                                .family = site.about.family,
                                .state = status.state,
                                .has_family = status.has_family,
                                .reason = status.reason,
                                .since = status.since,
                                .tested = status.tested,
                                .held_until = status.held_until};
  remembered_.insert_or_assign({row.shown, row.family}, row);
  events_.report(row, before.state);
}

void SiteTests::Answered(const rules::IpAddress& client, const rules::Question& question, const Answer& answer) {
  const SiteFamily family = FamilyOf(client, question);
  const TimePoint now = events_.now();
  const bool timed_out = answer.was_sent && answer.reply.status == DnsReply::Status::kNotAnAnswer;
  // While nobody answers it is the network that is slow.
  if (timed_out && !answer.server_answers_others) return;
  const bool is_witness = family != SiteFamily::kNames &&
                          (asked_.clients.contains(client) || witnesses_.IsWitness(client, question.zone, now));
  for (Site& site : sites_) {
    if (site.about.family != family || site.about.list.zone != question.zone) continue;
    const auto before = site.health.status();
    site.health.Answered({.timed_out = timed_out,
                          .is_listed = IsListing(question, answer),
                          .speaks_against = site.about.list.Lists(answer.reply.addresses),
                          .clean_client = is_witness ? &client : nullptr},
                         now);
    Report(site, before, false);
  }
}

void SiteTests::SawClean(const CleanClient& clean) {
  if (clean.testimony.is_vouched_for) return AskOnceADay(clean.client, clean.seen);
  witnesses_.SawClean(clean);
}

void SiteTests::AskOnceADay(const rules::IpAddress& client, TimePoint now) {
  if (now < asked_.since || now - asked_.since >= kAskEvery) asked_ = {.clients = {}, .networks = {}, .since = now};
  if (asked_.clients.size() >= kMostAsked || !asked_.networks.Take(client)) return;
  asked_.clients.insert(client);
  AskAbout(client);
}

void SiteTests::AskAbout(const rules::IpAddress& client) {
  for (const Site& site : sites_) {
    const auto question = rules::Question::List(site.about.list.zone);
    const bool is_of_family = site.about.family == FamilyOf(client, question);
    const bool is_in_use = rules::Counts(site.health.status().state) && site.health.status().has_family;
    if (!is_of_family || !is_in_use) continue;
    resolver_.Ask(rules::ToDns(question, client), QuestionClass::kList, std::chrono::steady_clock::now() + kPatience,
                  [this, client, question, alive = std::weak_ptr(life_)](const Answer& answer) {
                    if (!alive.expired()) Answered(client, question, answer);
                  });
  }
}

std::map<std::string, rules::SiteHealth, std::less<>> SiteTests::health() const {
  std::map<std::string, rules::SiteHealth, std::less<>> health;
  for (const Site& site : sites_) {
    const SiteHealth::Status& status = site.health.status();
    AddTo(health, site.about, status.state, status.has_family);
  }
  return health;
}

std::string_view SiteTests::ShownOf(std::string_view zone) const {
  const auto site = std::ranges::find_if(sites_, [zone](const Site& one) { return one.about.list.zone == zone; });
  return site == sites_.end() ? std::string_view() : site->about.list.shown;
}

std::string SiteTests::RandomPoint(SiteFamily family) {
  const auto bytes = random_.Take(2);
  const unsigned host = bytes[1] % 254U + 1;
  if (family == SiteFamily::kIpv4) return kQuietV4[bytes[0] % kQuietV4.size()] + std::to_string(host);
  return kQuietV6[bytes[0] % kQuietV6.size()] + std::to_string(host);
}

}  // namespace policyd::dns
