#include "rules/client/reverse_dns.h"

#include <algorithm>
#include <iterator>

namespace rules {
namespace {

bool Confirms(const Fact& forward, const IpAddress& client) {
  const auto& addresses = forward.Get<Addresses>();
  return std::find(addresses.begin(), addresses.end(), client) != addresses.end();
}

// The verdict of the forward Facts together; all names up to a confirming one are known.  An address that was cut off
// an answer might have confirmed the name.
void Conclude(ReverseDnsView& view, const Fact& ptr, const std::vector<const Fact*>& forwards) {
  bool resolves = false;
  bool is_missing = ptr.is_cut;
  for (const Fact* forward : forwards) {
    resolves |= forward->is_present();
    is_missing |= forward->is_unavailable() || forward->is_cut;
    view.blames_name |= forward->is_unavailable() && forward->server_answers_others;
  }
  view.state = is_missing ? ReverseDns::kUnavailable : resolves ? ReverseDns::kMismatch : ReverseDns::kNoForward;
}

}  // namespace

const char* Name(ReverseDns state) {
  switch (state) {
    case ReverseDns::kConfirmed:
      return "confirmed";
    case ReverseDns::kNoPtr:
      return "no_ptr";
    case ReverseDns::kNoForward:
      return "no_forward";
    case ReverseDns::kMismatch:
      return "mismatch";
    case ReverseDns::kUnavailable:
      return "unavailable";
  }
  return "";
}

ReverseDnsView ViewReverseDns(const IpAddress& client, const Facts& facts) {
  ReverseDnsView view;
  const Fact* ptr = facts.Find(Question::Ptr());
  if (!ptr) {
    view.open.push_back(Question::Ptr());
    return view;
  }
  if (ptr->is_unavailable()) {
    view.state = ReverseDns::kUnavailable;
    view.blames_name = ptr->server_answers_others;
    return view;
  }
  const auto& names = ptr->Get<HostNames>();
  if (names.empty()) {
    view.state = ReverseDns::kNoPtr;
    return view;
  }

  view.name = names.front();
  std::vector<const Fact*> forwards;
  for (const std::string& name : names) {
    const Fact* forward = facts.Find(Question::Kind::kForward, name);
    if (!forward) {
      // Most clients have one name that confirms: the others are asked, all at once, only when the first one did not.
      view.open.push_back(Question::Forward(name));
      if (forwards.empty()) break;
    } else if (view.open.empty() && Confirms(*forward, client)) {
      view.state = ReverseDns::kConfirmed;
      view.name = name;
      break;
    } else {
      forwards.push_back(forward);
    }
  }
  if (!view.state && view.open.empty()) Conclude(view, *ptr, forwards);
  std::ranges::remove_copy(names, std::back_inserter(view.other_names), view.name);
  return view;
}

}  // namespace rules
