// Defines the Actions that may be taken on a mail, and the Scores from which they are taken.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "rules/values/points.h"

namespace rules {

enum class Mode : std::uint8_t {
  kEnforce,
  kTag,      // never turns away; a header says what it would have done
  kMonitor,  // answers DUNNO; log and metrics say what it would have done
};

const char* Name(Mode mode);

// From mild to severe.
enum class Action : std::uint8_t { kPass, kTag, kGreylist, kDefer, kReject, kHold, kDiscard };
inline constexpr std::array kAllActions{Action::kPass,   Action::kTag,  Action::kGreylist, Action::kDefer,
                                        Action::kReject, Action::kHold, Action::kDiscard};

const char* Name(Action action);
std::optional<Action> ParseAction(std::string_view text);
bool TurnsAway(Action action);  // greylist, defer, reject

// A Score from here on; nothing: the band is switched off.
struct Bands {
  std::optional<Points> tag = Points{10};
  std::optional<Points> greylist = Points{30};
  std::optional<Points> defer = Points{80};
  std::optional<Points> reject;

  bool operator==(const Bands&) const = default;
};

// What is done in a band: what it is called after, unless a class of recipients says otherwise.
struct BandActions {
  Action tag = Action::kTag;
  Action greylist = Action::kGreylist;
  Action defer = Action::kDefer;
  Action reject = Action::kReject;

  bool operator==(const BandActions&) const = default;
};

}  // namespace rules
