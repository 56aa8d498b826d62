// Keeps on a connection what the recipients of one message share, known by its `instance`: Facts, header and first-seen
// time.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policyd/runtime/clock.h"
#include "policyd/serve/clients/known_clients.h"
#include "rules/fact.h"
#include "rules/outbound/account.h"
#include "rules/reply.h"
#include "rules/values/ascii.h"

namespace policyd::serve {

// Between two requests about one message: a large one takes long between DATA and its end.  As long as the recipients
// stay counted that were reserved at DATA.
inline constexpr std::chrono::seconds kMessageIdle = rules::kReservedFor;

struct MailContext {
  // Forgets the one before; its memory serves again.
  void Begin(const std::string& next) {
    instance = next;
    facts.Clear();
    client = nullptr;
    state = {};
    first_seen.reset();
    came_back.reset();
    recipients.clear();
  }

  // At most as many as Postfix takes for one message (smtpd_recipient_limit).
  void NoteRecipient(std::string_view recipient) {
    constexpr std::size_t kMost = 1000;
    std::string address = rules::LowerAscii(recipient);
    if (recipients.size() >= kMost || std::ranges::find(recipients, address) != recipients.end()) return;
    recipients.push_back(std::move(address));
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
  std::vector<std::string> recipients;         // of a message that leaves, those that Postfix asked about
  runtime::Deadline last_used;
};

}  // namespace policyd::serve
