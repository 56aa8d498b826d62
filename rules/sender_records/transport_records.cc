// "v=STSv1; id=20260101T000000;"                                            RFC 8461, section 3.1
// "v=TLSRPTv1; rua=mailto:tls@a.example,https://a.example/tls"              RFC 8460, section 3
// "v=BIMI1; l=https://a.example/logo.svg; a=https://a.example/logo.pem"
// draft-brand-indicators-for-message-identification
#include "rules/sender_records/transport_records.h"

#include <algorithm>

#include "rules/values/ascii.h"

namespace rules {
namespace {

constexpr std::size_t kLongestId = 32;

bool IsHttps(std::string_view uri) {
  constexpr std::string_view kScheme = "https://";
  return LowerAscii(uri.substr(0, kScheme.size())) == kScheme && uri.size() > kScheme.size();
}

}  // namespace

OneRecord FindOne(const std::vector<std::string>& texts, const RecordVersion& version) {
  OneRecord one;
  for (const std::string& text : texts) {
    if (!HasVersion(text, version)) continue;
    if (one.count++ == 0) one.text = text;
  }
  return one;
}

std::optional<std::string> MtaStsId(std::string_view record) {
  const auto tags = TagList::Parse(record, TagForm::kTransport);
  if (!tags || !HasVersion(record, kMtaStsVersion)) return std::nullopt;
  const std::string id = tags->Get("id");
  if (id.empty() || id.size() > kLongestId || !std::ranges::all_of(id, IsAlphanumeric)) return std::nullopt;
  return id;
}

std::vector<std::string> TlsReportUris(std::string_view record) {
  const auto tags = TagList::Parse(record, TagForm::kTransport);
  if (!tags || !HasVersion(record, kTlsReportsVersion)) return {};
  std::vector<std::string> uris = ReportUris(tags->Get("rua"));
  std::erase_if(uris, [](const std::string& uri) { return !LowerAscii(uri).starts_with("mailto:") && !IsHttps(uri); });
  return uris;
}

std::optional<Bimi> ParseBimi(std::string_view record) {
  const auto tags = TagList::Parse(record, TagForm::kBimi);
  if (!tags || !HasVersion(record, kBimiVersion)) return std::nullopt;
  Bimi bimi{.logo = tags->Get("l"), .evidence = tags->Get("a")};
  if (!bimi.logo.empty() && !IsHttps(bimi.logo)) return std::nullopt;
  if (!bimi.evidence.empty() && !IsHttps(bimi.evidence)) return std::nullopt;
  return bimi;
}

}  // namespace rules
