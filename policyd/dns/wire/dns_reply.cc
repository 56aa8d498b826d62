#include "policyd/dns/wire/dns_reply.h"

#include <arpa/nameser.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <utility>

#include "policyd/dns/wire/dns_query.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

// A message (RFC 1035, section 4.1): header, question, then the records of answer, authority and additional section.
//
// ns_initparse() checks that all sections lie within the message, ns_name_uncompress() that pointers lead to an end.
// Both work in time linear in the message, so the bound on records looked at bounds the whole.

namespace policyd::dns {
namespace {

constexpr int kMaxRecords = 256;  // 8 CNAMEs and 100 addresses, and room for what we do not ask for
constexpr std::size_t kMaxCnames = 8;

using Bytes = std::span<const std::uint8_t>;
using Status = DnsReply::Status;

struct Record {
  std::string owner;  // presentation form; only of those in the answer section
  int type = 0;
  std::uint32_t ttl = 0;
  Bytes data;
};

unsigned Read16(Bytes bytes, std::size_t at) {
  return static_cast<unsigned>(bytes[at] << 8U | bytes[at + 1]);
}

bool SameName(const std::string& a, const std::string& b) {
  return strcasecmp(a.c_str(), b.c_str()) == 0;
}

// A response to a standard query with exactly our question, which stands uncompressed right after the header.
bool AnswersQuestion(Bytes message, const rules::DnsQuestion& question) {
  if (message.size() < kHeaderSize) return false;
  const bool is_response = (message[2] & 0x80U) != 0;
  const bool is_query_opcode = (message[2] & 0x78U) == 0;
  if (!is_response || !is_query_opcode || Read16(message, 4) != 1) return false;
  if (!StartsWithName(message.subspan(kHeaderSize), question.name)) return false;
  const std::size_t after = kHeaderSize + WireSize(question.name);
  if (message.size() < after + 4) return false;
  return Read16(message, after) == WireType(question.type) && Read16(message, after + 2) == ns_c_in;
}

// RFC 2181, section 8: a TTL with the highest bit set counts as 0.
std::uint32_t SaneTtl(std::uint32_t ttl) {
  return ttl > 0x7fffffffU ? 0 : ttl;
}

class Reader {
 public:
  explicit Reader(Bytes message) : message_(message) {
    is_good_ = ns_initparse(message.data(), static_cast<int>(message.size()), &parsed_) == 0;
  }

  bool is_good() const { return is_good_; }
  // Section() gives all records of the answer.
  bool has_whole_answer() const { return ns_msg_count(parsed_, ns_s_an) <= kMaxRecords; }

  // As the records' owners are printed, so that they can be compared.
  std::string QuestionName() {
    ns_rr rr;
    if (ns_parserr(&parsed_, ns_s_qd, 0, &rr) == 0) return ns_rr_name(rr);
    is_good_ = false;
    return {};
  }

  // The first kMaxRecords of a section; fewer, and is_good() false, where one of them is broken.
  std::vector<Record> Section(ns_sect section) {
    std::vector<Record> records;
    const int count = std::min<int>(ns_msg_count(parsed_, section), kMaxRecords);
    for (int i = 0; i < count; ++i) {
      ns_rr rr;
      if (ns_parserr(&parsed_, section, i, &rr) != 0) {
        is_good_ = false;
        break;
      }
      const bool is_ours = ns_rr_class(rr) == ns_c_in || ns_rr_type(rr) == ns_t_opt;
      if (!is_ours) continue;
      records.push_back({.owner = section == ns_s_an ? ns_rr_name(rr) : "",
                         .type = ns_rr_type(rr),
                         .ttl = ns_rr_ttl(rr),
                         .data = Bytes(ns_rr_rdata(rr), rr.rdlength)});
    }
    return records;
  }

  // The name that starts at `data`, which lies in the message; nothing, and is_good() false, where it is broken.
  std::optional<std::string> Name(Bytes data) {
    std::array<char, NS_MAXDNAME> text{};
    const auto* end = message_.data() + message_.size();
    if (data.empty() || ns_name_uncompress(message_.data(), end, data.data(), text.data(), text.size()) < 0) {
      is_good_ = false;
      return std::nullopt;
    }
    return std::string(text.data());
  }

  // Where the name that starts at `data` ends; nothing, and is_good() false, where it is broken.
  std::optional<Bytes> AfterName(Bytes data) {
    const auto* at = data.data();
    if (data.empty() || ns_name_skip(&at, data.data() + data.size()) != 0) {
      is_good_ = false;
      return std::nullopt;
    }
    return data.subspan(static_cast<std::size_t>(at - data.data()));
  }

 private:
  Bytes message_;
  ns_msg parsed_{};
  bool is_good_ = false;
};

struct Chain {
  std::string name;                    // the end of the CNAMEs, else the question's
  std::uint32_t ttl = 0xffffffffU;     // the least of the CNAMEs
  bool is_cut = false;                 // there are more of them
  std::vector<std::string> aliases{};  // where each of them leads
};

// At most kMaxCnames are followed.  A loop leads nowhere: its name simply has no records.  Names are compared as
// ns_parserr() prints them: an owner under a zone of RFC 2317 holds a '/', which no host name does.
Chain FollowCnames(Reader& reader, const std::vector<Record>& answer) {
  Chain chain{.name = reader.QuestionName()};
  std::vector<std::string> passed;
  for (;;) {
    const auto cname = std::ranges::find_if(
        answer, [&](const Record& record) { return record.type == ns_t_cname && SameName(record.owner, chain.name); });
    if (cname == answer.end()) return chain;
    auto target = reader.Name(cname->data);
    if (!target) return chain;
    passed.push_back(chain.name);
    if (std::ranges::any_of(passed, [&](const std::string& name) { return SameName(name, *target); })) return chain;
    chain.is_cut = passed.size() > kMaxCnames;
    if (chain.is_cut) return chain;
    chain.ttl = std::min(chain.ttl, SaneTtl(cname->ttl));
    chain.name = *std::move(target);
    chain.aliases.push_back(chain.name);
  }
}

void AddName(Reader& reader, const Record& record, DnsReply& reply) {
  const auto text = reader.Name(record.data);
  if (!text) return;
  auto name = rules::NormalizeHostName(*text);
  if (name && std::ranges::find(reply.names, *name) == reply.names.end()) reply.names.push_back(*std::move(name));
}

// False where the record has not the length of an address.
bool AddAddress(const Record& record, rules::RecordType type, DnsReply& reply) {
  if (record.data.size() != (type == rules::RecordType::kA ? 4U : 16U)) return false;
  if (reply.addresses.size() < rules::kMaxAddresses) {
    reply.addresses.push_back(rules::IpAddress::FromBytes(record.data));
  } else {
    reply.is_cut = true;
  }
  return true;
}

// Strings of a length byte and so many bytes (RFC 1035, section 3.3.14), which belong together without a gap.  One
// without any string is wrong, and harmless.  False where the last one is cut off.
bool AddText(const Record& record, std::vector<std::string>& texts) {
  std::string text;
  for (Bytes rest = record.data; !rest.empty();) {
    const std::size_t size = rest.front();
    if (rest.size() < 1 + size) return false;
    text.append(reinterpret_cast<const char*>(rest.data()) + 1, size);
    rest = rest.subspan(1 + size);
  }
  texts.push_back(std::move(text));
  return true;
}

// False where the record is too short.
bool AddMailHost(Reader& reader, const Record& record, DnsReply& reply) {
  if (record.data.size() < 3) return false;
  auto name = reader.Name(record.data.subspan(2));
  if (!name) return false;
  const bool is_root = *name == ".";
  reply.mail_hosts.push_back({.preference = static_cast<std::uint16_t>(Read16(record.data, 0)),
                              .name = is_root ? std::string() : rules::LowerAscii(*name)});
  return true;
}

// Usage, selector, matching type, then the data (RFC 6698, section 2.1).  False where the record is too short.
bool AddCertificate(const Record& record, std::vector<std::string>& texts) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  if (record.data.size() < 4) return false;
  std::string text;
  for (const std::uint8_t number : record.data.first(3)) text += std::to_string(number) + ' ';
  for (const std::uint8_t byte : record.data.subspan(3)) {
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 15U]);
  }
  texts.push_back(std::move(text));
  return true;
}

// One record of the type asked.  False where it is broken.
bool AddRecord(Reader& reader, const Record& record, rules::RecordType type, DnsReply& reply,
               std::vector<std::string>& texts) {
  switch (type) {
    case rules::RecordType::kPtr:
      AddName(reader, record, reply);
      return true;
    case rules::RecordType::kTxt:
      return AddText(record, texts);
    case rules::RecordType::kMx:
      return AddMailHost(reader, record, reply);
    case rules::RecordType::kTlsa:
      return AddCertificate(record, texts);
    case rules::RecordType::kA:
    case rules::RecordType::kAaaa:
      break;
  }
  return AddAddress(record, type, reply);
}

// In one order before they are cut: servers rotate them, and a client keeps the names that it is known by.
template <class Records>
void SortAndCut(Records& records, std::size_t most, bool& is_cut) {
  std::ranges::sort(records);
  is_cut |= records.size() > most;
  records.resize(std::min(records.size(), most));
}

// The records of the type asked at the end of the chain.  False where one of them is broken.
bool ReadAnswer(Reader& reader, const std::vector<Record>& answer, const Chain& chain, rules::RecordType type,
                DnsReply& reply) {
  std::uint32_t ttl = chain.ttl;
  std::vector<std::string> texts;
  for (const Record& record : answer) {
    if (record.type != WireType(type) || !SameName(record.owner, chain.name)) continue;
    ttl = std::min(ttl, SaneTtl(record.ttl));
    reply.ttl = ttl;
    if (!AddRecord(reader, record, type, reply, texts)) return false;
  }
  SortAndCut(reply.names, rules::kMaxPtrNames, reply.is_cut);
  SortAndCut(reply.mail_hosts, rules::kMaxMailHosts, reply.is_cut);
  rules::KeptTexts kept = rules::KeepTexts(std::move(texts));
  reply.texts = std::move(kept.texts);
  reply.is_cut |= kept.is_cut;
  return reader.is_good();
}

// RFC 2308, section 5: a negative answer lives for the lesser of the SOA's TTL and its MINIMUM.
std::optional<std::uint32_t> NegativeTtl(Reader& reader, const std::vector<Record>& authority) {
  const auto soa = std::ranges::find(authority, static_cast<int>(ns_t_soa), &Record::type);
  if (soa == authority.end()) return std::nullopt;
  auto rest = reader.AfterName(soa->data);
  if (rest) rest = reader.AfterName(*rest);
  if (!rest || rest->size() < 20) return std::nullopt;
  const std::uint32_t minimum = Read16(*rest, 16) << 16U | Read16(*rest, 18);
  return std::min(SaneTtl(soa->ttl), SaneTtl(minimum));
}

// RFC 2308, section 2.2: no SOA but name servers is a referral, and no statement about the name.
bool IsReferral(Bytes message, const std::vector<Record>& answer, const std::vector<Record>& authority) {
  const bool is_authoritative = (message[2] & 0x04U) != 0;
  const auto has = [&](int type) { return std::ranges::find(authority, type, &Record::type) != authority.end(); };
  return !is_authoritative && answer.empty() && has(ns_t_ns) && !has(ns_t_soa);
}

DnsReply NotAnAnswer() {
  return {};
}

}  // namespace

bool IsTruncated(std::span<const std::uint8_t> message) {
  return message.size() >= kHeaderSize && (message[2] & kTruncatedBit) != 0;
}

std::optional<int> ParseProbeReply(std::span<const std::uint8_t> message, ProbeQuestion question) {
  const std::string_view name = NameOf(question);
  const std::size_t type = kHeaderSize + (name.empty() ? 1 : WireSize(name));
  if (message.size() < type + 4) return std::nullopt;
  const bool is_name = name.empty() ? message[kHeaderSize] == 0 : StartsWithName(message.subspan(kHeaderSize), name);
  const bool is_response = (message[2] & 0x80U) != 0;
  const bool is_query_opcode = (message[2] & 0x78U) == 0;
  if (!is_response || !is_query_opcode || Read16(message, 4) != 1 || !is_name) return std::nullopt;
  if (Read16(message, type) != ns_t_ns || Read16(message, type + 2) != ns_c_in) return std::nullopt;
  Reader reader(message);
  if (!IsTruncated(message) && reader.is_good()) reader.Section(ns_s_an);
  if (!IsTruncated(message) && !reader.is_good()) return std::nullopt;
  return message[3] & 0x0f;
}

DnsReply ParseReply(std::span<const std::uint8_t> message, const rules::DnsQuestion& question) {
  if (!AnswersQuestion(message, question)) return NotAnAnswer();
  DnsReply reply;
  reply.rcode = static_cast<int>(message[3] & 0x0fU);
  // Checked before the rest is read: a truncated message may end in the middle of a record.
  if (IsTruncated(message)) {
    reply.status = Status::kTruncated;
    return reply;
  }

  Reader reader(message);
  if (!reader.is_good()) return NotAnAnswer();
  const auto additional = reader.Section(ns_s_ar);
  const auto opt = std::ranges::find(additional, static_cast<int>(ns_t_opt), &Record::type);
  // RFC 6891, section 6.1.3.  BADVERS is 16: without these bits it reads as success.
  if (opt != additional.end()) reply.rcode |= static_cast<int>(opt->ttl >> 24U) << 4U;
  reply.status = Status::kError;
  if (reply.rcode != ns_r_noerror && reply.rcode != ns_r_nxdomain) return reply;

  const auto answer = reader.Section(ns_s_an);
  const auto authority = reader.Section(ns_s_ns);
  const Chain chain = answer.empty() ? Chain{} : FollowCnames(reader, answer);
  reply.aliases = chain.aliases;
  reply.is_signed = question.type == rules::RecordType::kTlsa && (message[3] & kAuthenticDataBit) != 0;
  if (!reader.is_good()) return NotAnAnswer();
  if (reply.rcode == ns_r_noerror) {
    if (IsReferral(message, answer, authority)) return reply;
    reply.is_cut = chain.is_cut || !reader.has_whole_answer();
    if (!ReadAnswer(reader, answer, chain, question.type, reply)) return NotAnAnswer();
    if (reply.has_records() || reply.is_cut) {
      reply.status = Status::kPresent;
      return reply;
    }
  }
  reply.status = Status::kAbsent;
  const auto soa_ttl = NegativeTtl(reader, authority);
  if (soa_ttl) reply.ttl = std::min({*soa_ttl, chain.ttl, reply.ttl.value_or(*soa_ttl)});
  return reader.is_good() ? reply : NotAnAnswer();
}

}  // namespace policyd::dns
