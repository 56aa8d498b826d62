// What a worker records after an answer was given: hits, witnesses, warnings for the operator.
#include <algorithm>
#include <iterator>

#include "policyd/serve/worker.h"
#include "rules/greylist/greylisting.h"
#include "rules/reputation/reputation.h"
#include "rules/values/ascii.h"

namespace policyd::serve {

void Worker::NoteWitness(const Inquiry& inquiry) {
  const rules::Verdict& verdict = inquiry.finished()->verdict;
  const auto& client = inquiry.request().client;
  const InquiryView& view = inquiry.view();
  if (!client || view.policy->zones.empty() || !rules::MayTestify(verdict)) return;
  if (!clean_clients_.IsDue(*client, view.now)) return;
  auto testimony = rules::TestimonyOf(*view.policy, *client, verdict, inquiry.AllFacts());
  if (testimony) clean_clients_.Add({.client = *client, .seen = view.now, .testimony = *std::move(testimony)});
}

// A setting that has no effect is warned of once, not with every mail.
void Worker::NoteStage(const Inquiry& inquiry) {
  if (!inquiry.finished()->verdict.lacks_recipient) return;
  const rules::ProtocolState state = inquiry.request().state;
  const unsigned bit = 1U << static_cast<unsigned>(state);
  if ((context_.stages_told->fetch_or(bit) & bit) != 0) return;
  const bool is_behind = state == rules::ProtocolState::kData || state == rules::ProtocolState::kEndOfMessage;
  std::string note = std::string("asked at ") + rules::Name(state) + ": greylisting needs the recipient";
  if (is_behind) note += ", and this message has several";
  log_.Line(runtime::LogLevel::kWarning, "stage")
      .Field("note", note)
      .Field("hint", is_behind ? "ask at RCPT (smtpd_recipient_restrictions) to greylist all mail"
                               : "nobody is turned away before RCPT: ask in smtpd_recipient_restrictions, or leave "
                                 "smtpd_delay_reject = yes");
}

void Worker::TellClean() {
  auto news = clean_clients_.TakeNews();
  if (context_.saw_clean && !news.empty()) context_.saw_clean(std::move(news));
}

// Counts the entry that decided.
void Worker::CountHit(const Inquiry& inquiry) {
  const rules::Verdict& verdict = inquiry.finished()->verdict;
  if (!verdict.entry) return;
  const rules::TimePoint now = context_.clock.Now();
  hits_.entries.Count(*verdict.entry, now);
  if (hits_.entries.is_full()) HandOverHits(now);
}

// A list counts once, however many of its entries match.
void Worker::CountLists(const rules::Verdict& verdict) {
  const auto& signals = verdict.signals;
  for (auto signal = signals.begin(); signal != signals.end(); ++signal) {
    const bool is_list = signal->kind == rules::SignalKind::kDnsbl || signal->kind == rules::SignalKind::kNameList;
    const auto is_same = [&](const rules::Signal& other) { return other.detail == signal->detail; };
    if (!is_list || std::any_of(signals.begin(), signal, is_same)) continue;
    context_.metrics.CountListVerdict(signal->detail, verdict.action);
  }
}

// A recipient is counted once: Postfix may ask at other stages as well.
void Worker::CountConduct(const Inquiry& inquiry) {
  const rules::Request& request = inquiry.request();
  const Inquiry::Finished& finished = *inquiry.finished();
  if (request.state != rules::ProtocolState::kRcpt || !request.client) return;
  const auto counts = rules::CountsOf(finished.verdict, finished.answered);
  if (!counts) return;
  const InquiryView& view = inquiry.view();
  if (conduct_counts_.IsOver(view.now)) HandOverReputations(view.now);
  if (const auto& known = inquiry.known_client()) {
    if (conduct_counts_.Count(known, *counts, view.now)) HandOverReputations(view.now);
    return;
  }
  const auto assessment = rules::Assess(*view.policy, *view.health, *request.client, inquiry.AllFacts());
  if (!assessment.reverse.state) return;
  const auto key = context_.stores.triplets().HashOf(rules::ClientKey(*view.policy, *request.client, assessment));
  if (conduct_counts_.Count(key, *request.client, *counts, view.now)) HandOverReputations(view.now);
}

// An account that is not in memory is read and decided on once more.
rules::Outcome Worker::DecideOutgoing(const OutgoingMail& mail, StoreReader& store_reader) {
  OutgoingKept kept = store_reader.ReadOutgoing(mail, false);
  auto decided = context_.ledger.Decide(mail, kept);
  if (!decided) {
    kept = store_reader.ReadOutgoing(mail, true);
    // An empty account in place of one that could not be read would take its place for good.
    if (!store_reader.has_unread()) decided = context_.ledger.Decide(mail, kept);
  }
  if (!decided) return EvaluateKept(mail, kept);
  if (decided->notice) {
    const OutboundNotice& notice = *decided->notice;
    log_.Line(runtime::LogLevel::kWarning, "outbound")
        .Field("login", notice.account)
        .Plain("act", rules::Name(notice.act))
        .Plain("signals", notice.signals)
        .Field("hint", "sekimorictl outbound " + notice.account);
    counts_.CountOutboundAct(notice.act);
    if (context_.told) context_.told(notice);
  }
  return std::move(decided->outcome);
}

// People whom ours wrote to are remembered once the message was taken.
void Worker::CountOutgoing(const Inquiry& inquiry) {
  const rules::Request& request = inquiry.request();
  const rules::Verdict& verdict = inquiry.finished()->verdict;
  if (request.state != rules::ProtocolState::kEndOfMessage || verdict.turns_away() || !verdict.outbound) return;
  counts_.CountSent(std::max<std::uint32_t>(request.recipient_count, 1));
  if (request.has_null_sender()) return;
  std::vector<std::string> recipients = inquiry.message().recipients;
  if (recipients.empty() && !request.recipient.empty()) recipients.push_back(rules::LowerAscii(request.recipient));
  constexpr std::size_t kMostAtOnce = 500;
  const std::string ours = rules::LowerAscii(request.sender);
  for (std::size_t from = 0; from < recipients.size(); from += kMostAtOnce) {
    cache::RecordWrite write;
    const std::size_t to = std::min(recipients.size(), from + kMostAtOnce);
    for (std::size_t i = from; i < to; ++i) {
      write.correspondents.push_back(
          {ours, recipients[i], rules::DayOf(inquiry.view().now), verdict.outbound->account});
    }
    context_.record(std::move(write));
  }
}

// Only of addresses that have an account: a stranger makes none.
void Worker::NoteBounce(const Inquiry& inquiry) {
  const rules::Request& request = inquiry.request();
  const InquiryView& view = inquiry.view();
  const bool may_come_back = view.policy->outbound.is_on() && request.has_null_sender() && request.client &&
                             request.state == rules::ProtocolState::kRcpt &&
                             !inquiry.finished()->verdict.turns_away() && !view.policy->IsOwn(*request.client);
  if (!may_come_back) return;
  const std::string account = rules::LowerAscii(request.recipient);
  const rules::Account kept = store_reader_.ReadAccount(account);
  const bool is_unread = store_reader_.TakeUnread();  // else the next mail would pass for it
  if (!is_unread && !kept.IsOver(view.now)) context_.ledger.NoteBounce(account, kept, *request.client, view.now);
}

void Worker::WatchOwnNetwork(const Inquiry& inquiry) {
  if (inquiry.finished()->verdict.reason != rules::Reason::kOwnNetwork) return;
  const rules::Request& request = inquiry.request();
  if (!context_.own_network.Note(*inquiry.view().policy, request, inquiry.view().now)) return;
  const std::string client = request.client->ToString();
  log_.Line(runtime::LogLevel::kWarning, "own_network")
      .Plain("client", client)
      .Field("text", "own network " + client + " says names of others: the real clients are hidden, nothing is checked")
      .Field("hint", "let the gateway pass the clients' addresses on, or take it out of policy.own_networks");
}

void Worker::HandOverHits(rules::TimePoint now) {
  hits_.since = now;
  if (hits_.entries.empty()) return;
  cache::RecordWrite write;
  write.list_hits = hits_.entries.TakeAll();
  // If the queue is full the counts are lost: they are not worth more.
  context_.record(std::move(write));
}

void Worker::HandOverReputations(rules::TimePoint now) {
  constexpr auto kMost = static_cast<std::ptrdiff_t>(cache::ReputationTally::kRowsPerWrite);
  std::vector<cache::ReputationRow> rows = conduct_counts_.TakeAll(now);
  for (auto from = rows.begin(); from != rows.end();) {
    const auto to = rows.end() - from > kMost ? from + kMost : rows.end();
    cache::RecordWrite write;
    write.reputations.assign(from, to);
    context_.record(std::move(write));  // likewise
    from = to;
  }
}

}  // namespace policyd::serve
