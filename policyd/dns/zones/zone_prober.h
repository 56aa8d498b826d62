// Tests the DNS lists: asks each its test points at the start and every 10 minutes, past the cache, and knows the
// state that every zone is in.
//
// Due by wall-clock time, looked at once a second.  Belongs to one loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/zone_states.h"
#include "policyd/config/config.h"
#include "policyd/dns/dns.h"
#include "policyd/dns/wire/randomness.h"
#include "policyd/dns/zones/witnesses.h"
#include "policyd/dns/zones/zone_monitor.h"
#include "policyd/runtime/uv_handle.h"
#include "rules/question.h"
#include "rules/zones/zone.h"

namespace policyd::dns {

// One zone in one family.
struct ProbedZone {
  rules::Zone list;
  rules::ZoneFamily family = rules::ZoneFamily::kIpv4;
  bool is_checked = true;                       // false: counted without a self-test
  bool is_asked = true;                         // false: the list is known to have nothing of this family
  std::vector<std::string> must{}, must_not{};  // addresses or names
  bool adds_random = false;                     // one more that must not be listed, another one each time

  bool operator==(const ProbedZone&) const = default;
};

// The zones of a configuration, with the test points of RFC 5782, of the table of known zones, or of the configuration.
std::vector<ProbedZone> ProbedZones(const config::Config& config);

// What is remembered of a zone; where that is nothing, or no longer fits, how a daemon begins with it.
cache::ZoneStateRow KnownState(const ProbedZone& zone, const std::vector<cache::ZoneStateRow>& remembered);

// The zones as they were when the daemon last looked, for decisions outside of it.
rules::Health RememberedHealth(const config::Config& config, const std::vector<cache::ZoneStateRow>& remembered);

class ZoneProber {
 public:
  struct Events {
    std::function<rules::TimePoint()> now;
    std::function<void()> changed;  // health() is another one
    // After every test, and when a state changes without one.  `was`: the state before.
    std::function<void(const cache::ZoneStateRow& row, rules::ZoneState was)> report;
  };

  // `remembered`: the states of before the restart.
  ZoneProber(uv_loop_t* loop, Dns& dns, std::vector<cache::ZoneStateRow> remembered, Events events);
  ~ZoneProber();
  ZoneProber(const ZoneProber&) = delete;
  ZoneProber& operator=(const ZoneProber&) = delete;

  // Zones that stay as they were keep their state; new ones are tested at once.
  void SetZones(const std::vector<ProbedZone>& zones);

  // The answer that a client's question to a list got.
  void Answered(const rules::IpAddress& client, const rules::Question& question, const Answer& answer);
  // Lists are not asked about a client that people let in, so they are here, once a day, about the first thousand
  // that come.
  void SawClean(const CleanClient& clean);

  std::map<std::string, rules::ZoneHealth, std::less<>> health() const;

  // How a zone is shown; empty where it is not of the configuration.
  std::string_view ShownOf(std::string_view zone) const;

  // To be called once a second; the loop's timer does.
  void Tick();

 private:
  struct Test;
  struct Watched {
    ProbedZone about;
    ZoneMonitor health;
    std::uint64_t number = 0;  // of the zone: a test's answers find it by that
  };

  void Begin(Watched& zone);
  void OnAnswers(const Test& test);
  void NoteSilence(const Watched& tested);
  void Report(const Watched& zone, const ZoneMonitor::Status& before, bool was_tested);
  void AskOnceADay(const rules::IpAddress& client, rules::TimePoint now);
  void AskAbout(const rules::IpAddress& client);
  std::string RandomPoint(rules::ZoneFamily family);

  Dns& dns_;
  Events events_;
  std::map<std::pair<std::string, rules::ZoneFamily>, cache::ZoneStateRow> remembered_;
  std::vector<Watched> zones_;
  std::uint64_t last_number_ = 0;
  RandomBytes random_;
  Witnesses witnesses_;  // not by people
  struct {
    std::set<rules::IpAddress> clients;  // whitelisted, and the lists were asked about
    NetworkShares networks;              // of these
    rules::TimePoint since{};            // of the day
  } asked_;
  runtime::Timer tick_;
  // DNS may live longer; it must not call back into what is gone.
  std::shared_ptr<const bool> life_ = std::make_shared<const bool>(true);
};

}  // namespace policyd::dns
