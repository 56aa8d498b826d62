#include "policyd/dns/watch/watch_round.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "policyd/runtime/uv_handle.h"
#include "rules/watch/watched_lists.h"

namespace policyd::dns {
namespace {

constexpr std::size_t kInFlight = 16;          // mail comes first
constexpr std::chrono::seconds kPatience{30};  // in the resolver's queue; its time-outs begin once it was sent

rules::WatchAnswer ToWatchAnswer(const DnsReply& reply) {
  rules::WatchAnswer answer{.names = reply.names,
                            .addresses = reply.addresses,
                            .texts = reply.texts,
                            .mail_hosts = reply.mail_hosts,
                            .is_alias = !reply.aliases.empty(),
                            .is_cut = reply.is_cut};
  if (reply.status == DnsReply::Status::kPresent) answer.state = rules::Fact::State::kPresent;
  if (reply.status == DnsReply::Status::kAbsent) answer.state = rules::Fact::State::kAbsent;
  return answer;
}

}  // namespace

rules::WatchPlan WatchPlanOf(const config::Config& config) {
  const config::WatchSettings& watch = config.watch;
  rules::WatchPlan plan{
      .addresses = watch.addresses, .domains = watch.domains, .lists = {}, .helo = config.policy->reply.hostname};
  std::set<std::string, std::less<>> known;
  const auto add = [&](rules::WatchedZone zone) {
    if (known.insert(zone.shown).second) plan.lists.push_back(std::move(zone));
  };
  // Zones with points in favour say other things besides.
  const auto is_against = [](const rules::Zone& zone) {
    return !zone.has_negative_points() && zone.highest() > rules::Points{};
  };
  for (const rules::Zone& zone : config.policy->zones) {
    const rules::WatchedList* list = rules::FindWatchedList(zone.shown);
    if (is_against(zone)) add({.zone = zone.name, .shown = zone.shown, .has_ipv6 = list && list->has_ipv6});
  }
  for (const rules::Zone& zone : config.policy->name_zones) {
    if (is_against(zone)) add({.zone = zone.name, .shown = zone.shown, .has_ipv4 = false, .has_names = true});
  }
  for (const rules::WatchedList& list : rules::WatchedLists()) {
    const bool is_named = std::ranges::find(watch.lists, list.zone) != watch.lists.end();
    if (!list.is_asked && !is_named) continue;
    add({.zone = std::string(list.zone),
         .shown = std::string(list.zone),
         .has_ipv4 = list.has_ipv4,
         .has_ipv6 = list.has_ipv6,
         .has_names = list.has_names});
  }
  for (const std::string& named : watch.lists) add({.zone = named, .shown = named, .has_ipv6 = true});
  return plan;
}

// While the pool looks no question is out, so that nobody changes the answers.
struct WatchRound::State : std::enable_shared_from_this<State> {
  State(uv_loop_t* own, Dns& server, Look way, Done told)
      : loop(own), dns(server), look(std::move(way)), done(std::move(told)) {}

  void LookAgain() {
    runtime::RunApart(
        loop, [state = shared_from_this()] { state->view = state->look(state->answers); },
        [state = shared_from_this()] {
          if (!state->is_gone) state->Looked();
        });
  }

  void Looked() {
    if (view.open.empty()) return done(std::move(view.findings));
    waiting.assign(view.open.begin(), view.open.end());
    GoOn();
  }

  void GoOn() {
    if (in_flight == 0 && waiting.empty()) return LookAgain();
    while (in_flight < kInFlight && !waiting.empty()) {
      ++in_flight;
      const rules::DnsQuestion question = std::move(waiting.front());
      waiting.pop_front();
      dns.Ask(question, QuestionClass::kList, std::chrono::steady_clock::now() + kPatience,
              [state = weak_from_this(), question](const Answer& answer) {
                if (const auto alive = state.lock()) alive->Answered(question, answer);
              });
    }
  }

  void Answered(const rules::DnsQuestion& question, const Answer& answer) {
    --in_flight;
    answers[question] = ToWatchAnswer(answer.reply);
    GoOn();
  }

  uv_loop_t* const loop;
  Dns& dns;
  const Look look;
  const Done done;
  rules::WatchAnswers answers;
  rules::WatchView view;
  std::deque<rules::DnsQuestion> waiting;
  std::size_t in_flight = 0;
  bool is_gone = false;  // nobody waits for what the pool finds
};

WatchRound::WatchRound(uv_loop_t* loop, Dns& dns, Look look, Done done)
    : state_(std::make_shared<State>(loop, dns, std::move(look), std::move(done))) {
  state_->LookAgain();
}

WatchRound::WatchRound(uv_loop_t* loop, Dns& dns, rules::WatchPlan plan, Done done)
    : WatchRound(
          loop, dns,
          [plan = std::move(plan)](const rules::WatchAnswers& answers) { return rules::ViewWatch(plan, answers); },
          std::move(done)) {}

WatchRound::~WatchRound() {
  state_->is_gone = true;
}

}  // namespace policyd::dns
