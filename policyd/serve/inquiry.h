// Decides one Request: Evaluate, take Facts from the stores, ask DNS for the rest, Evaluate again.
//
// Belongs to its worker's thread, and to the session that asks.  Nothing calls back: the bringer of an answer looks at
// finished() afterwards. Answers come by number, so an Inquiry that is gone is told nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/writer.h"
#include "policyd/metrics/request_counts.h"
#include "policyd/runtime/clock.h"
#include "policyd/serve/mail_context.h"
#include "policyd/serve/store_reader.h"
#include "rules/evaluate.h"
#include "rules/reference.h"

namespace policyd::serve {

// What an Inquiry needs of others.
class InquiryServices {
 public:
  virtual ~InquiryServices() = default;
  // Sends a Question to DNS; the answer comes later as Inquiry::Answer().  Without a number nobody waits, and the
  // answer is for the store alone.
  virtual void Ask(std::optional<std::uint64_t> inquiry, const rules::IpAddress& client,
                   const rules::Question& question, runtime::Deadline by) = 0;
  // False where it cannot be remembered.  With a ticket in the write Inquiry::Written() comes later.
  virtual bool Record(cache::RecordWrite write) = 0;
  // Inquiry::OnTime() comes at `when` unless the Inquiry is gone.
  virtual void WakeAt(std::uint64_t inquiry, runtime::Deadline when) = 0;
  // Has a name server shown since then that it resolves?
  virtual bool DnsHasWorkedSince(runtime::Deadline) const { return false; }
  // Decides on mail that leaves.  Who counts it does so here; without that it is decided on what is kept.
  virtual rules::Outcome DecideOutgoing(const OutgoingMail& mail, StoreReader& store_reader) {
    return EvaluateKept(mail, store_reader.ReadOutgoing(mail, true));
  }
};

// Where answers of DNS come from.
enum class DnsSource : std::uint8_t {
  kStoreThenServers,
  kServers,  // nothing remembered: what a partner mended a minute ago is seen
  kStore,    // nobody is asked
};

// The world as one Inquiry sees it, from beginning to end.
struct InquiryView {
  std::shared_ptr<const rules::Policy> policy;
  std::shared_ptr<const rules::Health> health;
  rules::HashKey secret;
  rules::TimePoint now;
  runtime::Deadline began{};
  runtime::Deadline close_at;   // what DNS has not answered by then counts as unavailable
  runtime::Deadline answer_at;  // Postfix gets its answer by then; the time between is for the commit of a first sight
  DnsSource dns = DnsSource::kStoreThenServers;
};

// Where the questions of a request that began then close: 300 ms before its answer is due, for the commit of a first
// sight, or half-way where there is less.
runtime::Deadline CloseAt(runtime::Deadline began, std::chrono::milliseconds answer_within);

class Inquiry {
 public:
  struct Finished {
    Finished() = default;
    explicit Finished(rules::Verdict decided) : verdict(std::move(decided)) {}

    rules::Verdict verdict;
    std::optional<rules::Reference> reference;  // nothing where the mail simply passes
    std::string reply;                          // what stands behind "action="
    rules::Action answered = rules::Action::kPass;
    std::optional<metrics::FailOpenCause> fail_open;
  };

  // `request`, `memory`, `services` and `message` outlive the Inquiry; `counts` may be null.
  Inquiry(std::uint64_t number, const rules::Request& request, InquiryView view, StoreReader& store_reader,
          InquiryServices& services, MailContext& message, metrics::RequestCounts* counts);

  void Start();
  // Several answers that come at once are all heard before the next step.
  void Answer(rules::Question question, rules::Fact fact) {
    if (Hear(std::move(question), std::move(fact))) Advance();
  }
  // Returns whether there is a new Fact to advance with.
  bool Hear(rules::Question question, rules::Fact fact);
  // Runs to a standstill; an answer or the deadline calls it again.
  void Advance();
  void Written(bool is_durable);
  void OnTime(runtime::Deadline now);
  // What DNS has not answered counts as unavailable from now on.  The owner of a slow zone must gain nothing by it:
  // where DNS works, and it is not for our own sake that nothing more is waited for, that is held against the client's
  // names.
  enum class Closing : std::uint8_t {
    kDeadline,   // its time is over
    kOverShare,  // its network has too many requests that wait
    kStopping,   // we end
  };
  void CloseQuestions(Closing why);

  // Null while it is under way.
  const Finished* finished() const { return is_finished_ ? &*decided_ : nullptr; }
  const rules::Request& request() const { return request_; }
  const MailContext& message() const { return message_; }
  bool is_outgoing() const { return is_outgoing_; }
  const InquiryView& view() const { return view_; }
  // Also those that the client's Assessment was kept for.
  rules::Facts AllFacts() const;
  // Null where not all that DNS says of the client was known at once.
  const std::shared_ptr<const KnownClient>& known_client() const { return client_; }
  bool has_asked_dns() const { return !asked_.empty(); }
  std::uint64_t number() const { return number_; }

  // How a verdict on this request is found again, and kept.
  rules::Reference ReferenceOf(const rules::Verdict& verdict) const;
  // Nothing where the request names no client: there is nothing to find it by.
  std::optional<cache::JournalRow> RowOf(const Finished& finished) const;

 private:
  // What the store holds of a question, fresh and stale; null where there is none.  Valid until the next is looked for.
  struct Held {
    const rules::Fact* answer = nullptr;
    const rules::Fact* failure = nullptr;  // to get a newer one
  };

  rules::Outcome Evaluate();
  bool Prepare();
  void LearnPeople();
  bool RecallClient();
  bool Learn(const rules::Question& question);
  std::optional<rules::Fact> Remembered(const rules::Question& question);
  rules::Fact Unanswered(const rules::Question& question) const;
  Held Find(const rules::Question& question);
  // What has ended, where it still serves.
  std::optional<rules::Fact> Stale(const rules::Question& question, const rules::Fact* answer) const;
  void Refresh(const rules::Question& question, const rules::Fact& fact);
  void CountLookup(metrics::CacheResult result, std::size_t times = 1) const;
  void Conclude(rules::Verdict&& verdict);
  bool Remember(const rules::Remember& remember, std::optional<cache::JournalRow> journal, bool waits);
  void Reply();
  void Finish();
  void FailOpen(metrics::FailOpenCause cause);
  void KeepForMessage();
  const rules::ClientAssessment* assessment() const { return client_ ? &client_->assessment : nullptr; }

  const std::uint64_t number_;
  const rules::Request& request_;
  const InquiryView view_;
  StoreReader& store_reader_;
  InquiryServices& services_;
  MailContext& message_;
  metrics::RequestCounts* counts_;

  rules::Facts facts_;
  std::shared_ptr<const KnownClient> client_;  // where all that DNS says of the client was known at once: not in facts_
  std::optional<cache::KnownFacts> known_;     // the client's record, read when the first Question asks for it
  cache::KnownFacts name_facts_;               // what the store said of the name last looked for
  std::vector<rules::Question> asked_;
  std::optional<Finished> decided_;
  bool is_outgoing_ = false;   // mail of ours that leaves
  bool blames_names_ = false;  // what is not answered
  bool is_recorded_ = false;   // its row was handed over for the journal
  bool is_finished_ = false;   // else what is decided waits for its triplet to be durable
};

}  // namespace policyd::serve
