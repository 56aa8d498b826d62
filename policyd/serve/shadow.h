// Decides by the shadow policy ([shadow] policy) beside the first, on the same Facts, so that a change of points is
// tried on live mail before it is made.
//
// Belongs to its worker's thread.  It decides after the answer is out, and is owned by the worker, as the session may
// be gone by then.  What only the shadow needs to know is asked of DNS in the background.  It reads the same lists and
// triplets and remembers nothing but the difference: counted, and in the journal's row of the verdict.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "policyd/metrics/request_counts.h"
#include "policyd/serve/inquiry.h"

namespace policyd::serve {

class Shadows : public InquiryServices {
 public:
  // All outlive it.
  Shadows(const cache::Stores& stores, InquiryServices& services, metrics::RequestCounts& counts)
      : stores_(stores), services_(services), counts_(counts) {}

  // Is this the number of a shadow, not of a request?
  static bool IsShadow(std::uint64_t inquiry) { return (inquiry & kMark) != 0; }

  // BeforeSleep() will decide what this Inquiry was about.  REQUIRES: it is finished.
  void Add(const Inquiry& inquiry, std::shared_ptr<const rules::Policy> policy, std::chrono::milliseconds may_take);
  void BeforeSleep();
  // Lets `act` bring something to a shadow that is still under way.
  void Bring(std::uint64_t inquiry, const std::function<void(Inquiry&)>& act);

 private:
  struct Case {
    Inquiry::Finished ours;
    rules::Request request;
    MailContext message;
    std::unique_ptr<Inquiry> inquiry;
  };

  // Beyond, mail comes faster than DNS answers: what is counted is a sample anyway.
  static constexpr std::size_t kMostUnderWay = 10'000;
  static constexpr std::uint64_t kMark = std::uint64_t{1} << 63;

  // InquiryServices
  void Ask(std::optional<std::uint64_t> inquiry, const rules::IpAddress& client, const rules::Question& question,
           runtime::Deadline by) override;
  bool Record(cache::RecordWrite write) override;
  void WakeAt(std::uint64_t inquiry, runtime::Deadline when) override;
  bool DnsHasWorkedSince(runtime::Deadline when) const override { return services_.DnsHasWorkedSince(when); }

  void Settle(std::uint64_t number);
  void Keep(const Case& decided);

  const cache::Stores& stores_;
  InquiryServices& services_;
  metrics::RequestCounts& counts_;
  std::optional<StoreReader>
      store_reader_;  // its own, as known clients are kept with the policy that judged them; where needed
  std::unordered_map<std::uint64_t, Case> cases_;
  std::vector<std::uint64_t> added_;
  std::uint64_t last_ = 0;
  bool waits_for_commit_ = false;
};

}  // namespace policyd::serve
