// Keeps on a connection what the recipients of one message share, known by its `instance`: Facts, header and first-seen
// time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "policyd/runtime/clock.h"
#include "policyd/serve/clients/known_clients.h"
#include "rules/fact.h"
#include "rules/reply.h"

namespace policyd::serve {

inline constexpr std::chrono::seconds kMessageIdle{60};

struct MailContext {
  // Forgets the one before; its memory serves again.
  void Begin(const std::string& next) {
    instance = next;
    facts.Clear();
    client = nullptr;
    state = {};
    first_seen.reset();
    came_back.reset();
  }

  // A recipient of mail that had waited: the client came back with it.
  struct CameBack {
    rules::IpAddress client;
    std::string sender;

    bool operator==(const CameBack&) const = default;
  };

  std::string instance;
  rules::Facts facts;                         // of DNS only: what was unavailable for one recipient stays so for all
  std::shared_ptr<const KnownClient> client;  // where all that DNS says of it was known at the start: not in `facts`
  rules::MessageState state;
  std::optional<rules::TimePoint> first_seen;  // of the first recipient's triplet that was new
  std::optional<CameBack> came_back;           // the first such
  runtime::Deadline last_used;
};

}  // namespace policyd::serve
