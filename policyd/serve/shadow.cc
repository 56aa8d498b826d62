#include "policyd/serve/shadow.h"

#include <utility>

#include "rules/reply.h"

namespace policyd::serve {

void Shadows::Add(const Inquiry& inquiry, std::shared_ptr<const rules::Policy> policy,
                  std::chrono::milliseconds may_take) {
  // If our verdict had to be given without all facts, a difference would be due to DNS, not to the points.
  if (inquiry.finished()->fail_open || cases_.size() >= kMostUnderWay) return;
  const std::uint64_t number = kMark | ++last_;
  Case& added = cases_[number];
  added.ours = *inquiry.finished();
  added.request = inquiry.request();
  for (const auto& [question, fact] : inquiry.AllFacts().all()) added.message.facts.Add(question, fact);

  const runtime::Deadline now = std::chrono::steady_clock::now();
  InquiryView view = inquiry.view();
  view.policy = std::move(policy);
  view.close_at = CloseAt(now, may_take);
  view.answer_at = now + may_take;
  if (!store_reader_) store_reader_.emplace(stores_, nullptr);
  added.inquiry =
      std::make_unique<Inquiry>(number, added.request, std::move(view), *store_reader_, *this, added.message, nullptr);
  added_.push_back(number);
}

void Shadows::BeforeSleep() {
  for (const std::uint64_t number : std::exchange(added_, {})) {
    Bring(number, [](Inquiry& inquiry) { inquiry.Start(); });
  }
  if (store_reader_) store_reader_->Reset();
}

void Shadows::Bring(std::uint64_t inquiry, const std::function<void(Inquiry&)>& act) {
  const auto found = cases_.find(inquiry);
  if (found == cases_.end()) return;
  act(*found->second.inquiry);
  // It writes nothing, so it waits for nothing.
  if (std::exchange(waits_for_commit_, false)) found->second.inquiry->Written(true);
  Settle(inquiry);
}

void Shadows::Ask(std::optional<std::uint64_t> inquiry, const rules::IpAddress& client, const rules::Question& question,
                  runtime::Deadline by) {
  services_.Ask(inquiry, client, question, by);
}

bool Shadows::Record(cache::RecordWrite write) {
  waits_for_commit_ |= write.ticket.has_value();
  return true;
}

void Shadows::WakeAt(std::uint64_t inquiry, runtime::Deadline when) {
  if (!waits_for_commit_) services_.WakeAt(inquiry, when);
}

void Shadows::Settle(std::uint64_t number) {
  const auto found = cases_.find(number);
  const Case& decided = found->second;
  if (!decided.inquiry->finished()) return;
  const rules::Action ours = decided.ours.verdict.action;
  const rules::Action shadow = decided.inquiry->finished()->verdict.action;
  counts_.CountShadowVerdict(ours, shadow);
  if (ours != shadow) Keep(decided);
  cases_.erase(found);
}

// The result goes into the row of our verdict, which exists already unless it was a plain pass.
void Shadows::Keep(const Case& decided) {
  const rules::Verdict& shadow = decided.inquiry->finished()->verdict;
  std::optional<cache::JournalRow> row = decided.inquiry->RowOf(decided.ours);
  if (!row) return;
  row->times = decided.ours.reference ? 0 : 1;
  row->shadow = std::string(rules::Name(shadow.action)) + "; score=" + rules::PrintScore(shadow.score) +
                "; signals=" + rules::PrintSignals(shadow.signals);
  cache::RecordWrite write;
  write.journal = std::move(row);
  services_.Record(std::move(write));
}

}  // namespace policyd::serve
