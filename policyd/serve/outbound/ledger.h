// Keeps the accounts of mail that leaves: one ledger for all workers, so that a limit is a limit whichever answers.
//
// An account is read from records/ when it is first asked about, lives here, and goes back within a second of each
// change (Keeper): kill -9 loses at most that second, and no answer waits for the disk.  Safe from all threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cache/locked.h"
#include "cache/outbound/accounts.h"
#include "rules/outbound/outbound.h"

namespace policyd::serve {

// One request about mail that leaves.
struct OutgoingMail {
  const rules::Policy& policy;
  const rules::Health& health;
  const rules::Request& request;
  const rules::Facts& facts;
  const std::vector<std::string>& recipients;  // of the message, as far as Postfix asked about them at RCPT
  rules::TimePoint now;

  // The names of the accounts that it counts for; nothing where the domain has no limit.
  std::string account() const { return rules::AccountOf(policy.outbound, request); }
  std::optional<std::string> pool() const;
  bool is_counted() const;
};

// What the stores say of it.
struct OutgoingKept {
  std::optional<rules::Account> login{}, pool{};  // nothing where they were not read
  std::vector<rules::OutboundEntry> entries{};
  std::uint32_t strangers = 0;  // recipients that nobody here wrote to before
};

// What is decided on the accounts as they are kept; nothing follows from it.
rules::Outcome EvaluateKept(const OutgoingMail& mail, const OutgoingKept& kept);

// Something was done about a login, the first such thing of its day.
struct OutboundNotice {
  std::string account{};
  rules::OutboundAct::Kind act = rules::OutboundAct::Kind::kWarned;
  std::string signals{};  // "jump:3,many_networks:3"
};

class Ledger {
 public:
  static constexpr std::size_t kMostAccounts = 50'000;        // in memory: about 1 KiB each
  static constexpr std::size_t kMostRecipientsKept = 20'000;  // of all messages together

  struct Decided {
    rules::Outcome outcome;
    std::optional<OutboundNotice> notice{};
  };
  // Decides, and counts what follows from the Verdict.  Nothing where an account is not here and was not read.
  std::optional<Decided> Decide(const OutgoingMail& mail, const OutgoingKept& kept);
  // A message of nobody came to an address that may be a login's.  `kept`: the account as records/ have it.
  void NoteBounce(const std::string& account, const rules::Account& kept, const rules::IpAddress& client,
                  rules::TimePoint now);

  // Keeps the recipients of a message whose connection ended before the message did, for kReservedFor.  What comes when
  // there is no more room is not kept.
  void KeepRecipients(const std::string& instance, std::vector<std::string> recipients, rules::TimePoint now);
  // None where none are kept.
  std::vector<std::string> TakeRecipients(const std::string& instance, rules::TimePoint now);

  // The accounts that changed since they were taken last, at most so many.
  std::vector<cache::OutboundAccountRow> TakeChanged(std::size_t most);
  // They could not be written: they are taken again.
  void Return(const std::vector<cache::OutboundAccountRow>& rows);
  // Forgets what nobody has asked about for longest.
  void Shrink();
  std::size_t size() const;

 private:
  struct Place {
    rules::Account account;
    rules::TimePoint opened{}, used{};
    bool has_changed = false;
  };
  struct LeftMessage {
    std::vector<std::string> recipients;
    rules::TimePoint since{};
  };
  struct Books {
    std::unordered_map<std::string, Place> places;
    std::vector<std::string> changed;
    std::unordered_map<std::string, LeftMessage> left;  // by instance
    std::optional<rules::TimePoint> ended;              // Postfix asked at END-OF-MESSAGE, the last time
  };

  static Place* Open(Books& books, const std::string& name, const std::optional<rules::Account>& kept,
                     rules::TimePoint now);
  static void NoteChange(Books& books, const std::string& name, Place& place);

  cache::Locked<Books> books_;
};

}  // namespace policyd::serve
