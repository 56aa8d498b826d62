#include "tests/bench/list_population.h"

#include <array>
#include <cassert>

namespace bench {
namespace {

using Kind = rules::Target::Kind;

constexpr std::array<Kind, 8> kTurn{Kind::kAddress, Kind::kNetwork, Kind::kHost,         Kind::kDomain,
                                    Kind::kSender,  Kind::kAddress, Kind::kSenderDomain, Kind::kRecipient};

Kind KindOf(std::uint32_t number) {
  return kTurn[number % kTurn.size()];
}

// Neighbouring numbers lie apart, as what people enter does.
std::string Word(std::uint32_t number) {
  return std::to_string(number * 2654435761U);
}

std::string Address(std::uint32_t first, std::uint32_t number) {
  const auto byte = [number](unsigned shift) { return std::to_string(number >> shift & 255U); };
  return std::to_string(first + (number >> 24)) + '.' + byte(16) + '.' + byte(8) + '.' + byte(0);
}

std::string Network(std::uint32_t number) {
  return Address(32, number << 8);  // each number below 2^20: a /24 of its own
}

rules::ListEntry Entry(const std::string& target, std::uint32_t number) {
  auto parsed = rules::Target::Parse(target);
  assert(parsed && "targets made here are well formed");
  return {.list = number % 10 == 9 ? rules::ListKind::kBlocklist : rules::ListKind::kWhitelist,
          .target = std::move(*parsed),
          .comment = "ticket " + std::to_string(number),
          .author = "postmaster"};
}

}  // namespace

rules::ListEntry NumberedEntry(std::uint32_t number) {
  const ListSubject subject = SubjectOf(number);
  switch (KindOf(number)) {
    case Kind::kAddress:
      return Entry(subject.client.ToString(), number);
    case Kind::kNetwork:
      return Entry(Network(number) + "/24", number);
    case Kind::kHost:
      return Entry(subject.name, number);
    case Kind::kDomain:
      return Entry(subject.name.substr(subject.name.find('.')), number);
    case Kind::kSender:
      return Entry(subject.sender, number);
    case Kind::kSenderDomain:
      return Entry(subject.sender.substr(subject.sender.find('@')), number);
    case Kind::kRecipient:
    case Kind::kRecipientDomain:
    case Kind::kPattern:
      break;
  }
  return Entry("rcpt:" + subject.recipient, number);
}

rules::ListEntry NumberedPattern(std::uint32_t number) {
  return Entry("/^(mail|mx|smtp)[0-9]+\\.farm" + Word(number) + "\\.example$/", number);
}

ListSubject SubjectOf(std::uint32_t number) {
  const std::string word = Word(number);
  const bool is_in_network = KindOf(number) == Kind::kNetwork;
  const std::string client = is_in_network ? Address(32, (number << 8) + 25) : Address(10, number);
  return {.client = *rules::IpAddress::Parse(client),
          .name = "mail1.partner" + word + ".example",
          .sender = "firstname.lastname@sender" + word + ".example",
          .recipient = "recipient" + word + "@ours.example"};
}

}  // namespace bench
