#include "policyd/dns/zones/zone_monitor.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "policyd/dns/zones/zone_reasons.h"
#include "rules/zones/known_zones.h"

namespace policyd::dns {
namespace {

using rules::seconds;
using rules::TimePoint;
using rules::ZoneFamily;
using rules::ZoneState;

constexpr seconds kInterval{600};
constexpr unsigned kJitter = 60;         // seconds before and after
constexpr seconds kRetry{10};            // after a test that decided nothing
constexpr unsigned kMostUndecided = 3;   // ... so often in a row
constexpr seconds kDeadRetry{60};        // it gives no points anyway, and comes back soon
constexpr unsigned kTimeOutRun = 10;     // in a row bring the test forward
constexpr seconds kLeastBetween{15};     // ... but not sooner after the last one
constexpr seconds kFirstProbe{15};       // of a slow zone
constexpr unsigned kBlock = 50;          // answers make one measurement of the hit rate
constexpr double kJump = 0.25;           // above the usual rate
constexpr double kWeight = 0.125;        // of a new block in the usual rate
constexpr std::size_t kLeastClean = 20;  // different clients
constexpr std::size_t kMostClean = 1000;
constexpr seconds kHitsQuarantine{3600};

constexpr int kRcodeRefused = 5;

const TestAnswer* Find(std::span<const TestAnswer> answers, auto matches) {
  const auto found = std::find_if(answers.begin(), answers.end(), matches);
  return found == answers.end() ? nullptr : &*found;
}

auto Is(AnswerMeaning meaning) {
  return [meaning](const TestAnswer& answer) { return answer.meaning == meaning; };
}

bool IsUsable(const TestAnswer& answer) {
  return answer.meaning == AnswerMeaning::kListed || answer.meaning == AnswerMeaning::kNotListed;
}

// A fault that decides whatever else the zone answered.
std::optional<TestResult> JudgeWrong(std::span<const TestAnswer> answers) {
  const auto is_wrong_hit = [](const TestAnswer& answer) {
    return !answer.must && answer.meaning == AnswerMeaning::kListed;
  };
  if (const auto* hit = Find(answers, is_wrong_hit)) {
    return TestResult{ZoneState::kQuarantined, ZoneReason("lists_what_it_must_not", {{"point", hit->point}})};
  }
  if (const auto* code = Find(answers, Is(AnswerMeaning::kErrorCode))) {
    return TestResult{ZoneState::kRefused,
                      ZoneReason("error_code", {{"record", code->record}, {"point", code->point}})};
  }
  if (const auto* foreign = Find(answers, Is(AnswerMeaning::kForeign))) {
    return TestResult{ZoneState::kQuarantined,
                      ZoneReason("foreign_answer", {{"record", foreign->record}, {"point", foreign->point}})};
  }
  return std::nullopt;
}

// No question got a usable answer.
TestResult JudgeUnusable(std::span<const TestAnswer> answers) {
  if (Find(answers, Is(AnswerMeaning::kRefused))) return {ZoneState::kRefused, ZoneReason("answers_refused")};
  const bool fails = Find(answers, Is(AnswerMeaning::kFailed));
  return {ZoneState::kDead, ZoneReason(fails ? "answers_servfail" : "no_answer")};
}

// Silence has a reason of its own for one zone; the tests of all zones together tell more.
TestResult JudgeMissing(ZoneFamily family, const TestAnswer& missing) {
  if (family == ZoneFamily::kIpv6) {
    return {.state = ZoneState::kHealthy, .reason = ZoneReason("no_ipv6_test_point"), .lacks_point = true};
  }
  return {.state = ZoneState::kQuarantined,
          .reason = ZoneReason("misses_its_point", {{"point", missing.point}}),
          .is_silent = true};
}

}  // namespace

TestAnswer ReadTestAnswer(std::string_view zone, std::string point, bool must, const Answer& answer) {
  TestAnswer read{.point = std::move(point), .must = must};
  if (!answer.was_sent) {
    read.meaning = AnswerMeaning::kNotSent;
    return read;
  }
  switch (answer.reply.status) {
    case DnsReply::Status::kPresent:
      read.meaning = AnswerMeaning::kForeign;
      for (const rules::IpAddress& record : answer.reply.addresses) {
        const bool is_listing = !rules::IsListError(zone, record);
        const bool is_code = record.is_v4() && record.bytes()[0] == 127;
        if (read.meaning == AnswerMeaning::kErrorCode && !is_listing) continue;
        read.record = record.ToString();
        if (is_code) read.meaning = is_listing ? AnswerMeaning::kListed : AnswerMeaning::kErrorCode;
        if (is_listing) break;
      }
      break;
    case DnsReply::Status::kAbsent:
      read.meaning = AnswerMeaning::kNotListed;
      break;
    case DnsReply::Status::kError:
      read.meaning = answer.reply.rcode == kRcodeRefused ? AnswerMeaning::kRefused : AnswerMeaning::kFailed;
      break;
    case DnsReply::Status::kTruncated:
    case DnsReply::Status::kNotAnAnswer:
      read.meaning = answer.server_answers_others ? AnswerMeaning::kNoAnswer : AnswerMeaning::kNotSent;
      break;
  }
  return read;
}

namespace {

TestResult JudgeAnswers(ZoneFamily family, std::span<const TestAnswer> answers) {
  if (auto wrong = JudgeWrong(answers)) return *std::move(wrong);
  if (Find(answers, Is(AnswerMeaning::kNotSent))) return {};
  if (std::none_of(answers.begin(), answers.end(), IsUsable)) return JudgeUnusable(answers);
  const auto is_missing = [](const TestAnswer& answer) {
    return answer.must && answer.meaning == AnswerMeaning::kNotListed;
  };
  if (const auto* missing = Find(answers, is_missing)) return JudgeMissing(family, *missing);
  if (!std::all_of(answers.begin(), answers.end(), IsUsable)) {
    return {.state = std::nullopt, .reason = ZoneReason("some_answers")};
  }
  return {.state = ZoneState::kHealthy};
}

}  // namespace

TestResult ResultOf(ZoneFamily family, std::span<const TestAnswer> answers) {
  TestResult judgement = JudgeAnswers(family, answers);
  judgement.was_late = Find(answers, Is(AnswerMeaning::kNoAnswer)) != nullptr;
  return judgement;
}

ZoneMonitor::ZoneMonitor(bool is_checked, std::optional<Status> remembered) : is_checked_(is_checked) {
  if (!is_checked) status_.state = ZoneState::kUnchecked;
  const bool is_of_use = remembered && (is_checked ? remembered->state != ZoneState::kUnchecked
                                                   : remembered->state == ZoneState::kSlow || remembered->held_until);
  if (is_of_use) status_ = *std::move(remembered);
}

bool ZoneMonitor::is_due(TimePoint now) const {
  if (is_under_way_) return false;
  if (status_.state == ZoneState::kUnchecked && !is_suspected_) return false;
  if (!next_test_) return true;
  // After a clock was set back the next test must not wait for days.
  return now >= *next_test_ || *next_test_ - now > 2 * kInterval;
}

void ZoneMonitor::Enter(ZoneState state, std::optional<rules::Statement> reason, TimePoint now) {
  if (status_.state != state) status_.since = now;
  status_.state = state;
  status_.reason = std::move(reason);
}

void ZoneMonitor::Tested(const TestResult& judgement, TimePoint now, unsigned random) {
  is_under_way_ = false;
  last_test_ = now;
  const bool is_slow = IsFoundSlow(judgement);
  is_suspected_ = false;
  if (is_slow) {
    status_.tested = now;
    Enter(ZoneState::kSlow, ZoneReason("late"), now);
    probe_after_ = kFirstProbe;
    next_test_ = now + probe_after_;
    return;
  }
  const bool is_answered = judgement.state != ZoneState::kDead;
  if (status_.state == ZoneState::kSlow && !judgement.state && !judgement.reason) {
    next_test_ = now + kRetry;  // no name server could be asked
    return;
  }
  if (status_.state == ZoneState::kSlow && (!judgement.state || !is_answered)) {
    // One that was slow before the restart was not yet probed.
    probe_after_ = std::clamp(2 * probe_after_, kFirstProbe, kInterval);
    next_test_ = now + probe_after_;
    return;
  }
  time_outs_ = 0;
  if (!is_checked_) {  // what it lists for tests does not matter
    next_test_ = now + kInterval;
    if (IsHeld(now)) return;
    status_.held_until.reset();
    Enter(ZoneState::kUnchecked, {}, now);
    return;
  }
  next_test_ = now + kInterval - seconds{kJitter} + seconds{random % (2 * kJitter + 1)};
  const bool is_undecided = !judgement.state;
  undecided_ = is_undecided ? undecided_ + 1 : 0;
  if (is_undecided && (undecided_ < kMostUndecided || !judgement.reason)) {
    next_test_ = now + kRetry;
    return;
  }
  status_.tested = now;
  is_silent_ = judgement.is_silent;
  const ZoneState state = judgement.state.value_or(ZoneState::kDead);
  if (state == ZoneState::kDead) next_test_ = now + kDeadRetry;
  if (state == ZoneState::kHealthy) {
    if (IsHeld(now)) return;
    status_.has_family = !judgement.lacks_point;
  }
  status_.held_until.reset();
  Enter(state, judgement.reason, now);
}

// While clients wait in vain for the zone, one unanswered question of its test is enough: the other answers may have
// come from the resolver's cache.
bool ZoneMonitor::IsFoundSlow(const TestResult& judgement) const {
  const bool says_nothing_else = !judgement.state || judgement.state == ZoneState::kDead;
  return is_suspected_ && judgement.was_late && (says_nothing_else || !is_checked_);
}

// After a clock was set back the zone must not be held for days.
bool ZoneMonitor::IsHeld(TimePoint now) const {
  const auto& until = status_.held_until;
  return until && now < *until && *until - now <= kHitsQuarantine;
}

void ZoneMonitor::Answered(const Seen& seen, TimePoint now) {
  if (!rules::Counts(status_.state)) return;
  if (seen.timed_out) return CountTimeOut(now);
  time_outs_ = 0;
  if (is_checked_) CountHit(seen.is_listed, now);
  if (seen.clean_client) CountClean(*seen.clean_client, seen.speaks_against, now);
}

void ZoneMonitor::CountTimeOut(TimePoint now) {
  if (++time_outs_ < kTimeOutRun) return;
  time_outs_ = 0;
  is_suspected_ = true;
  BringForward(now);
}

void ZoneMonitor::BringForward(TimePoint now) {
  const bool was_just_tested = last_test_ && now >= *last_test_ && now - *last_test_ < kLeastBetween;
  const TimePoint due = was_just_tested ? *last_test_ + kLeastBetween : now;
  next_test_ = next_test_ ? std::min(*next_test_, due) : due;
}

void ZoneMonitor::CountHit(bool is_listed, TimePoint now) {
  ++block_answers_;
  block_hits_ += is_listed ? 1 : 0;
  if (block_answers_ < kBlock) return;
  const double rate = static_cast<double>(block_hits_) / kBlock;
  if (usual_rate_ && rate > *usual_rate_ + kJump) BringForward(now);
  usual_rate_ = usual_rate_ ? *usual_rate_ + kWeight * (rate - *usual_rate_) : rate;
  block_answers_ = block_hits_ = 0;
}

void ZoneMonitor::CountClean(const rules::IpAddress& client, bool speaks_against, TimePoint now) {
  if (clean_.clients.size() >= kMostClean) clean_ = {};
  auto& [clients, shares, hits] = clean_;
  // Only the last answer of a network counts: one owner has all of its addresses.
  if (!shares.Has(client) && !shares.Take(client)) return;
  bool& does_speak_against = clients[rules::NetworksOf(client).one];
  hits = hits - (does_speak_against ? 1U : 0U) + (speaks_against ? 1U : 0U);
  does_speak_against = speaks_against;
  if (clients.size() < kLeastClean || 2 * hits <= clients.size()) return;
  status_.held_until = now + kHitsQuarantine;
  Enter(
      ZoneState::kQuarantined,
      ZoneReason("lists_clean_clients", {{"hits", std::to_string(hits)}, {"clients", std::to_string(clients.size())}}),
      now);
  clean_ = {};
}

}  // namespace policyd::dns
