// Tells whether a DNS list can be believed.  A pure state machine for one zone and family: the caller says what the
// self-test found, what answers came and what time it is.
//
// Only the self-test of RFC 5782 decides, with one exception: hits on more than half of the clients that are known to
// be clean.  Strangers choose what a list is asked about clients: a run of time-outs, or a hit rate that jumps, only
// brings the self-test forward.  A zone that publishes no test point is asked the same questions then, and only whether
// it answers in time counts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "policyd/dns/dns.h"
#include "policyd/dns/zones/witnesses.h"
#include "rules/values/ip_address.h"
#include "rules/values/statement.h"
#include "rules/values/time.h"
#include "rules/zones/health.h"

namespace policyd::dns {

// What the answer to a test question means.
enum class AnswerMeaning : std::uint8_t {
  kListed,     // a record in 127.0.0.0/8 that is no error code, whatever the zone's filter
  kNotListed,  // NXDOMAIN, or no data
  kForeign,    // only records outside of 127.0.0.0/8
  kErrorCode,  // 127.255.255.x, or the zone's own code
  kRefused,    // REFUSED
  kFailed,     // SERVFAIL or another error
  kNoAnswer,
  kNotSent,  // no server could be asked, or the one that was answered nobody meanwhile
};

struct TestAnswer {
  std::string point;  // "127.0.0.2", "test"
  bool must = true;   // ... be listed, else must not
  AnswerMeaning meaning = AnswerMeaning::kNoAnswer;
  std::string record{};  // what the meaning rests on
};

// Fills in meaning and record.
TestAnswer ReadTestAnswer(std::string_view zone, std::string point, bool must, const Answer& answer);

struct TestResult {
  std::optional<rules::ZoneState> state;     // nothing: the test said too little, the state stays
  std::optional<rules::Statement> reason{};  // nothing where it is healthy
  bool lacks_point = false;                  // IPv6: the test point is not there, so the list knows no IPv6
  bool was_late = false;                     // left a question unanswered, while the name server answered others
  bool is_silent = false;                    // answers, but lists nothing: as a resolver does that drops 127/8 answers
};

TestResult ResultOf(rules::ZoneFamily family, std::span<const TestAnswer> answers);

class ZoneMonitor {
 public:
  struct Status {
    rules::ZoneState state = rules::ZoneState::kUnknown;
    std::optional<rules::Statement> reason{};
    bool has_family = true;                   // IPv6: false without a test point
    std::optional<rules::TimePoint> since{};  // nothing before the first test
    std::optional<rules::TimePoint> tested{};
    std::optional<rules::TimePoint> held_until{};  // quarantined by hits: a test that passes frees it from then on

    bool operator==(const Status&) const = default;
  };

  // A checked zone begins with the state of before the restart, which holds until the first test, due at once.
  ZoneMonitor(bool is_checked, std::optional<Status> remembered);

  const Status& status() const { return status_; }
  bool is_due(rules::TimePoint now) const;
  bool is_silent() const { return is_silent_; }

  // A test was sent: none is due until Tested().
  void Begin() { is_under_way_ = true; }
  // `random` spreads the next test over the minute before and after its time.
  void Tested(const TestResult& judgement, rules::TimePoint now, unsigned random);
  // The reason of a silent zone, once more is known than one zone's test can tell.
  void SetReason(rules::Statement reason) { status_.reason = std::move(reason); }

  // The answer of a client's question.
  struct Seen {
    bool timed_out = false;  // while the server answers others
    bool is_listed = false;
    bool speaks_against = false;                     // listed, and not only in favour
    const rules::IpAddress* clean_client = nullptr;  // whitelisted, or long known to be clean
  };
  void Answered(const Seen& seen, rules::TimePoint now);

 private:
  bool IsHeld(rules::TimePoint now) const;
  void Enter(rules::ZoneState state, std::optional<rules::Statement> reason, rules::TimePoint now);
  void CountTimeOut(rules::TimePoint now);
  void CountHit(bool is_listed, rules::TimePoint now);
  void BringForward(rules::TimePoint now);
  bool IsFoundSlow(const TestResult& judgement) const;
  void CountClean(const rules::IpAddress& client, bool speaks_against, rules::TimePoint now);

  bool is_checked_;
  Status status_;
  bool is_silent_ = false;
  bool is_under_way_ = false;
  std::optional<rules::TimePoint> next_test_;  // nothing: at once
  unsigned undecided_ = 0;                     // tests in a row
  unsigned time_outs_ = 0;                     // in a row
  bool is_suspected_ = false;                  // of being slow, by a run of them
  std::optional<rules::TimePoint> last_test_;  // ended
  rules::seconds probe_after_{};               // of a slow zone; doubles

  // The hit rate, in blocks of answers.
  unsigned block_answers_ = 0, block_hits_ = 0;
  std::optional<double> usual_rate_;

  struct {
    std::map<rules::Network, bool> clients;  // that were seen, one of each network: does it speak against them?
    NetworkShares shares;                    // of these
    std::size_t hits = 0;                    // against so many
  } clean_;
};

}  // namespace policyd::dns
