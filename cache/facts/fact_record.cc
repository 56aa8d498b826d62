// number, text, span and time are those of cache/lmdb/bytes.h.
// clang-format off
//   facts    = version end first came-back number-of-facts fact*     version 3; end: when the last of the facts ends
//   fact     = head [name] [zone] span-from-until-to-end span-from-learnt-to-until [records]
//   head     = 1 byte: kind (bits 0-1), state (2-3), flag (4), records (5-7: none, names, addresses, texts, mail hosts)
//              flag: server_answers_others of an unavailable fact, is_cut of a present one, is_no_name of an absent one;
//              name: kForward, zone: kList
//   records  = count text* | count (size byte* )* | count text* count text* | count (number text)*
//              an address has 4 or 16 bytes; texts: the whole ones, then those begun
//   Version 2 has neither is_no_name nor texts nor mail hosts.
// clang-format on
#include "cache/facts/fact_record.h"

#include <algorithm>

#include "cache/lmdb/bytes.h"

namespace cache {
namespace {

using rules::Fact;
using rules::Question;

constexpr std::uint8_t kVersion = 3, kVersionWithoutTexts = 2;

enum class Records : std::uint8_t { kNone = 0, kNames = 1, kAddresses = 2, kTexts = 3, kMailHosts = 4 };

Records RecordsOf(const Fact& fact) {
  if (std::holds_alternative<rules::HostNames>(fact.records)) return Records::kNames;
  if (std::holds_alternative<rules::Addresses>(fact.records)) return Records::kAddresses;
  if (std::holds_alternative<rules::Texts>(fact.records)) return Records::kTexts;
  if (std::holds_alternative<rules::MailHosts>(fact.records)) return Records::kMailHosts;
  return Records::kNone;
}

std::uint8_t KindNumber(Question::Kind kind) {
  switch (kind) {
    case Question::Kind::kPtr:
      return 0;
    case Question::Kind::kForward:
      return 1;
    case Question::Kind::kList:
      return 2;
    default:
      return 3;
  }
}

// A present Fact is cut, an absent one has not even a name, an unavailable one is the fault of the asked name's server.
bool HasFlag(const Fact& fact) {
  switch (fact.state) {
    case Fact::State::kPresent:
      return fact.is_cut || fact.Get<rules::HostNames>().size() > rules::kMaxPtrNames ||
             fact.Get<rules::Addresses>().size() > rules::kMaxAddresses;
    case Fact::State::kAbsent:
      return fact.is_no_name;
    case Fact::State::kUnavailable:
      return fact.server_answers_others;
  }
  return false;
}

// At most so many: a count, then what `write` makes of each.
template <class Records, class Write>
void WriteSome(ByteWriter& writer, const Records& records, std::size_t most, const Write& write) {
  const std::size_t count = std::min(records.size(), most);
  writer.Number(count);
  for (std::size_t i = 0; i < count; ++i) write(records[i]);
}

void WriteRecords(ByteWriter& writer, const Fact& fact) {
  const auto write_text = [&writer](const std::string& text) { writer.Text(text); };
  if (const auto* names = std::get_if<rules::HostNames>(&fact.records)) {
    WriteSome(writer, *names, rules::kMaxPtrNames, write_text);
  }
  if (const auto* addresses = std::get_if<rules::Addresses>(&fact.records)) {
    WriteSome(writer, *addresses, rules::kMaxAddresses,
              [&writer](const rules::IpAddress& address) { writer.Address(address); });
  }
  if (const auto* texts = std::get_if<rules::Texts>(&fact.records)) {
    WriteSome(writer, texts->whole, rules::kMaxTexts, write_text);
    WriteSome(writer, texts->begun, rules::kMaxBegunTexts, write_text);
  }
  if (const auto* hosts = std::get_if<rules::MailHosts>(&fact.records)) {
    WriteSome(writer, *hosts, rules::kMaxMailHosts, [&writer](const rules::MailHost& host) {
      writer.Number(host.preference);
      writer.Text(host.name);
    });
  }
}

void WriteFact(ByteWriter& writer, const Question& question, const Fact& fact, rules::TimePoint end) {
  const unsigned head = KindNumber(question.kind) | static_cast<unsigned>(fact.state) << 2 |
                        (HasFlag(fact) ? 1U << 4 : 0U) | static_cast<unsigned>(RecordsOf(fact)) << 5;
  writer.Byte(static_cast<std::uint8_t>(head));
  if (question.kind == Question::Kind::kForward) writer.Text(question.name);
  if (question.kind == Question::Kind::kList) writer.Text(question.zone);
  writer.Span(end - fact.until);
  writer.Span(fact.until - fact.learnt);
  WriteRecords(writer, fact);
}

std::vector<std::string> ReadTexts(ByteReader& reader, std::size_t most) {
  std::vector<std::string> texts(reader.Count(most));
  for (std::string& text : texts) text = reader.Text();
  return texts;
}

rules::MailHosts ReadMailHosts(ByteReader& reader) {
  rules::MailHosts hosts(reader.Count(rules::kMaxMailHosts));
  for (rules::MailHost& host : hosts) {
    host.preference = static_cast<std::uint16_t>(reader.Count(UINT16_MAX));
    host.name = reader.Text();
  }
  return hosts;
}

void ReadRecords(ByteReader& reader, Records kind, Fact& fact) {
  switch (kind) {
    case Records::kNone:
      return;
    case Records::kNames:
      fact.records = ReadTexts(reader, rules::kMaxPtrNames);
      return;
    case Records::kAddresses: {
      rules::Addresses addresses(reader.Count(rules::kMaxAddresses));
      for (rules::IpAddress& address : addresses) address = reader.Address();
      fact.records = std::move(addresses);
      return;
    }
    case Records::kTexts: {
      rules::Texts texts{.whole = ReadTexts(reader, rules::kMaxTexts), .begun = {}};
      texts.begun = ReadTexts(reader, rules::kMaxBegunTexts);
      fact.records = std::move(texts);
      return;
    }
    case Records::kMailHosts:
      fact.records = ReadMailHosts(reader);
      return;
  }
  reader.Refuse();
}

std::pair<Question, Fact> ReadFact(ByteReader& reader, rules::TimePoint end) {
  const unsigned head = reader.Byte();
  std::pair<Question, Fact> known;
  auto& [question, fact] = known;
  switch (head & 3) {
    case 0:
      question = Question::Ptr();
      break;
    case 1:
      question = Question::Forward(std::string(reader.Text()));
      break;
    case 2:
      question = Question::List(std::string(reader.Text()));
      break;
    default:
      question = Question::NameList({}, {});
      break;
  }
  const unsigned state = head >> 2 & 3;
  if (state > static_cast<unsigned>(Fact::State::kUnavailable)) reader.Refuse();
  fact.state = static_cast<Fact::State>(state);
  const bool has_flag = (head >> 4 & 1) != 0;
  fact.server_answers_others = fact.is_unavailable() && has_flag;
  fact.is_cut = fact.is_present() && has_flag;
  fact.is_no_name = fact.is_absent() && has_flag;
  fact.until = end - reader.Span();
  fact.learnt = fact.until - reader.Span();
  ReadRecords(reader, static_cast<Records>(head >> 5), fact);
  return known;
}

FactsHead ReadFactsHead(ByteReader& reader) {
  FactsHead head;
  const std::uint8_t version = reader.Byte();
  if (version != kVersion && version != kVersionWithoutTexts) reader.Refuse();
  if (!reader.is_sound()) return head;
  head.end = reader.Time();
  head.first = reader.Time();
  head.came_back = reader.Byte() != 0;
  return head;
}

}  // namespace

std::string EncodeFacts(const KnownFacts& facts, const FactsHead& head) {
  const std::size_t count = std::min(facts.size(), kMaxClientFacts);
  rules::TimePoint end = count > 0 ? facts.front().second.until : rules::TimePoint{};
  for (std::size_t i = 0; i < count; ++i) end = std::max(end, facts[i].second.until);
  ByteWriter writer;
  writer.Byte(kVersion);
  writer.Time(end);
  writer.Time(head.first);
  writer.Byte(head.came_back ? 1 : 0);
  writer.Number(count);
  for (std::size_t i = 0; i < count; ++i) WriteFact(writer, facts[i].first, facts[i].second, end);
  return writer.Take();
}

std::optional<KnownFacts> DecodeFacts(std::string_view bytes) {
  ByteReader reader(bytes);
  const FactsHead head = ReadFactsHead(reader);
  if (!reader.is_sound()) return std::nullopt;
  KnownFacts facts(reader.Count(kMaxClientFacts));
  for (auto& known : facts) known = ReadFact(reader, head.end);
  if (!reader.Finish()) return std::nullopt;
  return facts;
}

std::optional<FactsHead> DecodeFactsHead(std::string_view bytes) {
  ByteReader reader(bytes);
  const FactsHead head = ReadFactsHead(reader);
  if (!reader.is_sound()) return std::nullopt;
  return head;
}

std::optional<rules::TimePoint> LatestEnd(std::string_view bytes) {
  const auto head = DecodeFactsHead(bytes);
  if (!head) return std::nullopt;
  return head->end;
}

}  // namespace cache
