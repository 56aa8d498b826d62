#include "rules/watch/watch.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "rules/values/ascii.h"
#include "rules/watch/mail_domain.h"
#include "rules/zones/known_zones.h"

namespace rules {
namespace {

using State = WatchFinding::State;

class Look {
 public:
  Look(const WatchPlan& plan, const WatchAnswers& answers) : plan_(plan), answers_(answers) {}

  WatchView View();

 private:
  enum class Family : std::uint8_t { kIpv4, kIpv6, kNames };

  // Null where the question is still open.
  const WatchAnswer* Ask(std::string name, RecordType type);
  void Add(WatchFinding finding) { view_.findings.push_back(std::move(finding)); }
  // Nothing while it is not known.
  std::optional<State> ListState(const WatchedZone& list, const std::string& label, std::string* seen = nullptr);
  std::optional<bool> IsSound(const WatchedZone& list, Family family);
  void LookAtList(const WatchedZone& list, Family family, const std::string& subject, const std::string& label);
  // Nothing while it is not known; empty where the list writes nothing.
  std::optional<std::string> ListSays(const WatchedZone& list, const std::string& label);
  void LookAtReverse(const IpAddress& address);
  void LookAtHelo();

  const WatchPlan& plan_;
  const WatchAnswers& answers_;
  WatchView view_;
  std::set<DnsQuestion> open_;
};

const WatchAnswer* Look::Ask(std::string name, RecordType type) {
  DnsQuestion question{.name = std::move(name), .type = type};
  const auto known = answers_.find(question);
  if (known != answers_.end()) return &known->second;
  if (open_.insert(question).second) view_.open.push_back(std::move(question));
  return nullptr;
}

std::optional<State> Look::ListState(const WatchedZone& list, const std::string& label, std::string* seen) {
  const WatchAnswer* answer = Ask(label + "." + list.zone, RecordType::kA);
  if (!answer) return std::nullopt;
  if (answer->state == Fact::State::kUnavailable) return State::kUnknown;
  const auto is_error = [&](const IpAddress& record) { return IsListError(list.zone, record); };
  if (std::ranges::any_of(answer->addresses, is_error)) return State::kUnknown;
  if (answer->addresses.empty()) return State::kWell;
  if (seen) *seen = answer->addresses.front().ToString();
  return State::kProblem;
}

// By its own test points, else by those of RFC 5782.
std::optional<bool> Look::IsSound(const WatchedZone& list, Family family) {
  const KnownZone* known = FindKnownZone(list.zone);
  const auto label_of = [family](std::string_view own, const char* v4, const char* v6, const char* name) {
    if (family == Family::kNames) return own.empty() ? std::string(name) : std::string(own);
    const auto address = family == Family::kIpv4 && !own.empty() ? IpAddress::Parse(own) : std::nullopt;
    if (address) return address->ReversedLabels();
    return std::string(family == Family::kIpv4 ? v4 : v6);
  };
  // ::ffff:127.0.0.2 by its nibbles.
  constexpr const char* kMust6 = "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";
  constexpr const char* kMustNot6 = "1.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0";
  const auto must = ListState(list, label_of(known ? known->must : "", "2.0.0.127", kMust6, "test"));
  const auto must_not = ListState(list, label_of(known ? known->must_not : "", "1.0.0.127", kMustNot6, "invalid"));
  if (!must || !must_not) return std::nullopt;
  return *must == State::kProblem && *must_not == State::kWell;
}

void Look::LookAtList(const WatchedZone& list, Family family, const std::string& subject, const std::string& label) {
  const auto is_sound = IsSound(list, family);
  if (!is_sound) return;
  WatchFinding finding{.subject = subject, .check = WatchCheck::kList, .list = list.shown};
  if (*is_sound) {
    const auto state = ListState(list, label, &finding.detail);
    if (!state) return;
    finding.state = *state;
  }
  if (finding.state == State::kProblem) {
    auto says = ListSays(list, label);
    if (!says) return;
    finding.says = *std::move(says);
  }
  Add(std::move(finding));
}

std::optional<std::string> Look::ListSays(const WatchedZone& list, const std::string& label) {
  const WatchAnswer* answer = Ask(label + "." + list.zone, RecordType::kTxt);
  if (!answer) return std::nullopt;
  std::string says;
  for (const std::string& text : answer->texts.whole) says += (says.empty() ? "" : "; ") + text;
  return says.substr(0, kMostListSays);
}

void Look::LookAtReverse(const IpAddress& address) {
  const WatchAnswer* ptr = Ask(address.ArpaName(), RecordType::kPtr);
  if (!ptr) return;
  const std::string subject = address.ToString();
  WatchFinding finding{.subject = subject, .check = WatchCheck::kPtr};
  if (ptr->state != Fact::State::kUnavailable) finding.state = ptr->names.empty() ? State::kProblem : State::kWell;
  Add(finding);
  if (ptr->names.empty()) return;

  // One name that has the address is enough, as for those who judge our mail.
  WatchFinding forward{.subject = subject, .check = WatchCheck::kForward, .detail = Joined(ptr->names)};
  bool is_open = false;
  bool is_unknown = false;
  bool holds = false;
  for (const std::string& name : ptr->names) {
    const WatchAnswer* answer = Ask(name, address.is_v4() ? RecordType::kA : RecordType::kAaaa);
    is_open |= answer == nullptr;
    if (!answer) continue;
    is_unknown |= answer->state == Fact::State::kUnavailable;
    holds |= std::ranges::find(answer->addresses, address) != answer->addresses.end();
  }
  if (!holds && is_open) return;
  forward.state = holds ? State::kWell : is_unknown ? State::kUnknown : State::kProblem;
  if (holds) forward.detail.clear();
  Add(std::move(forward));
}

void Look::LookAtHelo() {
  if (plan_.helo.empty() || plan_.addresses.empty()) return;
  WatchFinding finding{.subject = plan_.helo, .check = WatchCheck::kHelo};
  bool is_open = false;
  bool is_unknown = false;
  bool holds = false;
  for (const RecordType type : {RecordType::kA, RecordType::kAaaa}) {
    const bool is_v4 = type == RecordType::kA;
    const auto is_of = [is_v4](const IpAddress& address) { return address.is_v4() == is_v4; };
    if (std::ranges::none_of(plan_.addresses, is_of)) continue;
    const WatchAnswer* answer = Ask(plan_.helo, type);
    is_open |= answer == nullptr;
    if (!answer) continue;
    is_unknown |= answer->state == Fact::State::kUnavailable;
    for (const IpAddress& address : answer->addresses) {
      holds |= std::ranges::find(plan_.addresses, address) != plan_.addresses.end();
    }
  }
  if (!holds && is_open) return;
  finding.state = holds ? State::kWell : is_unknown ? State::kUnknown : State::kProblem;
  Add(std::move(finding));
}

WatchView Look::View() {
  for (const IpAddress& address : plan_.addresses) {
    LookAtReverse(address);
    const Family family = address.is_v4() ? Family::kIpv4 : Family::kIpv6;
    for (const WatchedZone& list : plan_.lists) {
      if (!(address.is_v4() ? list.has_ipv4 : list.has_ipv6)) continue;
      LookAtList(list, family, address.ToString(), address.ReversedLabels());
    }
  }
  for (const std::string& domain : plan_.domains) {
    for (const WatchedZone& list : plan_.lists) {
      if (list.has_names) LookAtList(list, Family::kNames, domain, domain);
    }
    const auto ask = [this](std::string name, RecordType type) { return Ask(std::move(name), type); };
    for (WatchFinding& finding : ViewMailDomain(domain, plan_, ask)) Add(std::move(finding));
  }
  LookAtHelo();
  return std::move(view_);
}

}  // namespace

const char* Name(WatchCheck check) {
  switch (check) {
    case WatchCheck::kList:
      return "list";
    case WatchCheck::kPtr:
      return "ptr";
    case WatchCheck::kForward:
      return "forward";
    case WatchCheck::kHelo:
      return "helo";
    case WatchCheck::kSpf:
      return "spf";
    case WatchCheck::kDmarc:
      return "dmarc";
    case WatchCheck::kMx:
      return "mx";
  }
  return "";
}

WatchView ViewWatch(const WatchPlan& plan, const WatchAnswers& answers) {
  return Look(plan, answers).View();
}

}  // namespace rules
