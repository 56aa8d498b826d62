#include "rules/action.h"

#include <array>

namespace rules {

const char* Name(Mode mode) {
  switch (mode) {
    case Mode::kEnforce:
      return "enforce";
    case Mode::kTag:
      return "tag";
    case Mode::kMonitor:
      return "monitor";
  }
  return "";
}

const char* Name(Action action) {
  switch (action) {
    case Action::kPass:
      return "pass";
    case Action::kTag:
      return "tag";
    case Action::kGreylist:
      return "greylist";
    case Action::kDefer:
      return "defer";
    case Action::kReject:
      return "reject";
    case Action::kHold:
      return "hold";
    case Action::kDiscard:
      return "discard";
  }
  return "";
}

bool TurnsAway(Action action) {
  return action == Action::kGreylist || action == Action::kDefer || action == Action::kReject;
}

std::optional<Action> ParseAction(std::string_view text) {
  constexpr std::array kAll = {Action::kPass,   Action::kTag,  Action::kGreylist, Action::kDefer,
                               Action::kReject, Action::kHold, Action::kDiscard};
  for (const Action action : kAll) {
    if (text == Name(action)) return action;
  }
  return std::nullopt;
}

}  // namespace rules
