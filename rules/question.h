// Names the Questions about the Client of one Request: to DNS, to the lists that people keep, to the greylist
// and the counts beside it.
//
// Questions are relative to the Request: its client address is never repeated in them.  The stores answer at once, DNS
// later.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "rules/values/ip_address.h"

namespace rules {

struct Question {
  enum class Kind : std::uint8_t {
    kPtr,               // the names of the client
    kForward,           // the addresses of `name`, in the client's family
    kList,              // is the client listed in `zone`?
    kNameList,          // is `name` listed in `zone`?
    kNameAddresses,     // the addresses of any `name`, such as that of HELO; zone: the record type, "A" or "AAAA"
    kNameTexts,         // the TXT records of `name`; zone: "TXT"
    kNameMailHosts,     // the MX records of `name`; zone: "MX"
    kClientEntries,     // list entries of people for the client's address and its networks
    kNameEntries,       // ... for the confirmed name `name`
    kSenderEntries,     // ... for the sender
    kRecipientEntries,  // ... for the recipient
    kTriplet,           // the greylist's triplet of client key `name` with the request's sender and recipient
    kAutoWhitelist,     // the greylist's passes of `name`: a confirmed host name, or a network
    kReputation,        // the daily counts of client key `name`
    kCorrespondent,     // did people here write to the sender lately?
  };

  Kind kind = Kind::kPtr;
  std::string name;
  std::string zone;

  auto operator<=>(const Question&) const = default;

  static Question Ptr() { return {Kind::kPtr, {}, {}}; }
  static Question Forward(std::string host) { return {Kind::kForward, std::move(host), {}}; }
  static Question List(std::string zone) { return {Kind::kList, {}, std::move(zone)}; }
  static Question NameList(std::string name, std::string zone) {
    return {Kind::kNameList, std::move(name), std::move(zone)};
  }
  // Of the client's family.
  static Question NameAddresses(std::string name, const IpAddress& client) {
    return {Kind::kNameAddresses, std::move(name), client.is_v4() ? "A" : "AAAA"};
  }
  static Question NameTexts(std::string name) { return {Kind::kNameTexts, std::move(name), "TXT"}; }
  static Question NameMailHosts(std::string name) { return {Kind::kNameMailHosts, std::move(name), "MX"}; }
  static Question ClientEntries() { return {Kind::kClientEntries, {}, {}}; }
  static Question NameEntries(std::string name) { return {Kind::kNameEntries, std::move(name), {}}; }
  static Question SenderEntries() { return {Kind::kSenderEntries, {}, {}}; }
  static Question RecipientEntries() { return {Kind::kRecipientEntries, {}, {}}; }
  static Question Triplet(std::string client_key) { return {Kind::kTriplet, std::move(client_key), {}}; }
  static Question AutoWhitelist(std::string name) { return {Kind::kAutoWhitelist, std::move(name), {}}; }
  static Question OfReputation(std::string client_key) { return {Kind::kReputation, std::move(client_key), {}}; }
  static Question Correspondent() { return {Kind::kCorrespondent, {}, {}}; }
};

// What people say of the client's address, the sender and the recipient: asked of nearly every mail, without a name.
inline constexpr std::array kPeopleKinds{Question::Kind::kClientEntries, Question::Kind::kSenderEntries,
                                         Question::Kind::kRecipientEntries};

enum class RecordType : std::uint8_t { kA, kAaaa, kPtr, kTxt, kMx, kTlsa };

// What goes over the wire for a Question that asks DNS.
struct DnsQuestion {
  std::string name;  // no final dot
  RecordType type = RecordType::kA;

  auto operator<=>(const DnsQuestion&) const = default;
};

inline constexpr std::size_t kDnsKinds =
    static_cast<std::size_t>(Question::Kind::kNameMailHosts) + 1;  // they come first

bool AsksDns(Question::Kind kind);

// Is the answer the same for every client?  Then it is kept by name and zone, for all clients: a stranger chooses the
// name, and not its answer.
bool IsOfName(Question::Kind kind);

// Is a list asked, rather than the owner of a name or an address?
bool IsOfList(Question::Kind kind);

// "ptr", "forward", "list", "name_list", "txt", "mx": the metric label.  REQUIRES: AsksDns(kind).
const char* DnsKindName(Question::Kind kind);

// REQUIRES: AsksDns(question.kind).
DnsQuestion ToDns(const Question& question, const IpAddress& client);

}  // namespace rules
