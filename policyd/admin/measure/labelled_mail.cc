#include "policyd/admin/measure/labelled_mail.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "policyd/runtime/shown.h"
#include "rules/values/ascii.h"
#include "rules/values/dns_name.h"

namespace policyd::admin {
namespace {

constexpr std::string_view kUnknown = "-";

constexpr std::array<std::string_view, 7> kNeededOfTrace{"ts",   "client_ip", "rdns", "rdns_state",
                                                         "helo", "sender",    "rcpt"};
constexpr std::array<std::string_view, 8> kNeeded{"corpus", "label",      "hop",  "client_ip",
                                                  "rdns",   "rdns_state", "helo", "sender"};

using Header = std::map<std::string_view, std::size_t, std::less<>>;

rules::Result<Header> ParseHeader(std::string_view line, std::span<const std::string_view> needed) {
  Header header;
  const std::vector<std::string_view> names = rules::Split(line, '\t');
  for (std::size_t i = 0; i < names.size(); ++i) header.emplace(names[i], i);
  for (const std::string_view name : needed) {
    if (!header.contains(name)) return rules::Error{fmt::format("1: expected a column \"{}\"", name)};
  }
  return header;
}

struct Row {
  const Header& header;
  std::vector<std::string_view> fields;

  // "-" if there is no such column, or its field is empty.
  std::string_view Get(std::string_view column) const {
    const auto found = header.find(column);
    if (found == header.end() || found->second >= fields.size()) return kUnknown;
    return fields[found->second].empty() ? kUnknown : fields[found->second];
  }
  std::string Text(std::string_view column) const {
    const std::string_view text = Get(column);
    return text == kUnknown ? std::string() : std::string(text);
  }
};

rules::Error Expected(std::string_view column, std::string_view what, std::string_view got) {
  return rules::Error{fmt::format("{}: expected {}, got \"{}\"", column, what, runtime::Shown(got.substr(0, 100)))};
}

std::optional<RecordedName> ParseState(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, RecordedName>, 5> kStates{{
      {"verified", RecordedName::kVerified},
      {"forged", RecordedName::kForged},
      {"ptr", RecordedName::kPtr},
      {"none", RecordedName::kNone},
      {"nodata", RecordedName::kNoData},
  }};
  for (const auto& [name, state] : kStates) {
    if (name == text) return state;
  }
  return std::nullopt;
}

std::optional<rules::SpfResult> ParseSpf(std::string_view text) {
  using rules::SpfResult;
  for (const SpfResult result : {SpfResult::kNone, SpfResult::kNeutral, SpfResult::kPass, SpfResult::kFail,
                                 SpfResult::kSoftfail, SpfResult::kTemperror, SpfResult::kPermerror}) {
    if (text == rules::Name(result)) return result;
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> ParseHits(std::string_view text) {
  if (text == kUnknown) return std::nullopt;
  std::vector<std::string> hits;
  if (text == "none") return hits;
  while (!text.empty()) {
    const std::string_view hit = text.substr(0, text.find(','));
    if (!hit.empty()) hits.emplace_back(hit);
    text.remove_prefix(std::min(hit.size() + 1, text.size()));
  }
  return hits;
}

std::optional<std::uint64_t> ParseWeight(std::string_view text) {
  if (text == kUnknown) return 1;
  std::uint64_t weight = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), weight);
  if (error != std::errc{} || end != text.data() + text.size() || weight > 1'000'000'000) return std::nullopt;
  return weight;
}

std::optional<rules::TimePoint> ParseTime(std::string_view text) {
  if (text == kUnknown) return rules::TimePoint{};
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr std::int64_t kYear9999 = 253'402'300'799;
  if (error != std::errc{} || end != text.data() + text.size() || seconds < 0 || seconds > kYear9999) {
    return std::nullopt;
  }
  return rules::TimePoint{rules::seconds{seconds}};
}

// Only the null sender is empty: one that is not known keeps its "-", which is under no domain.
std::string ParseSender(std::string_view text) {
  return text == "<>" ? std::string() : std::string(text);
}

rules::Result<LabelledMail> ParseRow(const Row& row) {
  LabelledMail mail;
  mail.corpus = row.Get("corpus");
  mail.label = row.Get("label");
  mail.hop = row.Get("hop");
  mail.request.state = rules::ProtocolState::kRcpt;
  mail.request.client = rules::IpAddress::Parse(row.Get("client_ip"));
  if (!mail.request.client) return Expected("client_ip", "an IP address", row.Get("client_ip"));
  mail.request.helo_name = row.Text("helo");
  mail.request.sender = ParseSender(row.Get("sender"));
  mail.request.recipient = row.Text("rcpt");

  const auto state = ParseState(row.Get("rdns_state"));
  if (!state) {
    return Expected("rdns_state", "one of verified, forged, ptr, none, nodata", row.Get("rdns_state"));
  }
  mail.name_state = *state;
  // A PTR record that holds no host name is as good as none.
  const bool has_name = *state != RecordedName::kNone && *state != RecordedName::kNoData;
  if (has_name) mail.name = rules::NormalizeHostName(row.Get("rdns")).value_or("");
  if (has_name && (mail.name.empty() || row.Get("rdns") == kUnknown)) mail.name_state = RecordedName::kNone;

  mail.spf = ParseSpf(row.Get("spf"));
  if (!mail.spf && row.Get("spf") != kUnknown) return Expected("spf", "a result of SPF, such as pass", row.Get("spf"));
  mail.list_hits = ParseHits(row.Get("dnsbl"));
  const auto weight = ParseWeight(row.Get("weight"));
  if (!weight) return Expected("weight", "a whole number", row.Get("weight"));
  mail.weight = *weight;
  const auto time = ParseTime(row.Get("ts"));
  if (!time) return Expected("ts", "seconds since 1970", row.Get("ts"));
  mail.time = *time;
  return mail;
}

rules::Result<std::vector<LabelledMail>> ParseRows(std::string_view text, std::span<const std::string_view> needed) {
  // Every compressed file of gzip begins with these bytes.
  if (text.starts_with("\x1f\x8b"))
    return rules::Error{"1: expected text, got a compressed file: unpack it with zcat and give - as the file"};
  const std::vector<std::string_view> lines = rules::SplitLines(text);
  const auto header = ParseHeader(lines.empty() ? std::string_view() : lines.front(), needed);
  if (!header) return header.error();
  std::vector<LabelledMail> mails;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    auto mail = ParseRow({*header, rules::Split(lines[i], '\t')});
    if (!mail) return rules::Error{fmt::format("{}: {}", i + 1, mail.error().message)};
    mails.push_back(*std::move(mail));
  }
  return mails;
}

}  // namespace

rules::Result<std::vector<LabelledMail>> ParseLabelledMail(std::string_view text) {
  return ParseRows(text, kNeeded);
}

rules::Result<std::vector<LabelledMail>> ParseTrace(std::string_view text) {
  auto mails = ParseRows(text, kNeededOfTrace);
  if (!mails) return mails;
  for (LabelledMail& mail : *mails) {
    if (mail.label == kUnknown) mail.label = "?";
  }
  return mails;
}

}  // namespace policyd::admin
